"""Serves the tour's local model: llama.cpp's server on loopback, both dialects.

    .venv/bin/python tools/local_model.py --port 8485 --weights build/model/weights.gguf

Prints `listening on http://HOST:PORT` when the model answers. Ends on SIGTERM, on SIGINT, and with
its parent, so that the gateway that supervises it never leaves it behind.

The weights are a base model without a chat template; local_model.jinja asks it in plain
"Question: … Answer:" text, and shows it two worked calls when a request offers tools, so that
`tool_choice: "required"` makes a call under the server's grammar.
"""

import argparse
import ctypes
import os
import pathlib
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1
CONTEXT_TOKENS = 2048
# A base model does not know when to stop: the next question, or the end of the first call, ends it.
STOP = ["\nQuestion:", "</tool_call>"]


def die_with_parent() -> None:
    """Asks the kernel for SIGTERM when the parent ends; says nothing where there is no such call."""
    parent = os.getppid()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(0)


def parameters(options: argparse.Namespace):
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(options.weights)
    wanted.model_alias = {options.name}
    wanted.hostnames = [options.host]
    wanted.port = options.port
    wanted.n_ctx = CONTEXT_TOKENS
    wanted.n_parallel = 1
    wanted.cpuparams.n_threads = max(1, os.cpu_count() or 1)
    wanted.sampling.temp = 0.0  # the same question gets the same answer, unless a request says otherwise
    wanted.use_jinja = True
    wanted.chat_template = pathlib.Path(__file__).with_name("local_model.jinja").read_text()
    wanted.antiprompt = STOP
    return wanted


def read_options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    reader.add_argument("--port", type=int, default=8485, help="port to listen on (default %(default)s)")
    reader.add_argument("--weights", type=pathlib.Path, required=True, help="the model, a .gguf file")
    reader.add_argument("--name", default="gemma-3-270m", help="the model's name in answers")
    return reader.parse_args()


def main() -> int:
    options = read_options()
    if not options.weights.is_file():
        print(f"local_model: there is no {options.weights}; tools/model.sh makes it", file=sys.stderr)
        return 1
    die_with_parent()
    try:
        wanted = parameters(options)
    except ImportError as error:
        print(f"local_model: {error}; tools/model.sh installs it", file=sys.stderr)
        return 1
    import xllamacpp

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = xllamacpp.Server(wanted)
    print(f"listening on {server.listening_address}", flush=True)
    ended.wait()
    # llama.cpp's threads need not be waited for: nothing of theirs outlives the process.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
