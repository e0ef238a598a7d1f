"""The servers that bench/run measures: an nginx upstream, nginx proxy_pass, our pass-through proxy, and
the real gateway under an agreement of 100 clauses. All on loopback; each ends when its rig closes."""
import hashlib
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
RESULTS = ROOT / "build" / "bench-results"
PORTS = {"direct": 18471, "nginx": 18472, "pass": 18473, "gateway": 18474, "streams": 18475, "before": 18476}
API_KEY = "pv_the-key-of-the-benchmark"
TARGET = "/v1/chat/completions"
CLAUSES = 100

KILOBYTE = "x" * 800
ANSWER = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"bench",'
    '"choices":[{"index":0,"message":{"role":"assistant","content":"' + KILOBYTE + '"},'
    '"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":200,"total_tokens":400}}'
)
REQUEST = '{"model":"bench","messages":[{"role":"user","content":"' + "y" * 950 + '"}]}'

NGINX = """
worker_processes 1; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 100000000; client_body_buffer_size 64k;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  {servers}
}}
"""
AGREEMENT = """
[agreement]
name = "bench"
version = "1"
[[party]]
id = "provider"
[[party]]
id = "customer"
[[application]]
id = "bench"
organization = "agency"
party = "customer"
purposes = [{purposes}]
[[approver_profile]]
name = "one person"
count = 1
[[approver]]
person = "somebody"
key = "{key}"
"""
CONFIG = """
[gateway]
listen = ["127.0.0.1:{port}"]
threads = {threads}
[[key]]
id = "bench"
sha256 = "{digest}"
application = "bench"
purpose = "purpose-7"
[[provider]]
name = "upstream"
url = "http://127.0.0.1:{direct}/v1"
dialects = ["openai-chat"]
[[model]]
name = "bench"
provider = "upstream"
[[provider]]
name = "streams"
url = "http://127.0.0.1:{streams}/v1"
dialects = ["openai-chat"]
[[model]]
name = "streams"
provider = "streams"
"""


def clauses():
    """One general permit, 49 more by purpose, 25 forbids by purpose, 25 on tool calls that a person lifts."""
    lines = ['@id("1.0") permit (principal in Organization::"agency", action, resource);']
    for i in range(1, 50):
        lines.append(
            f'@id("1.{i}") permit (principal, action == Action::"generate", resource) '
            f'when {{ context has purpose && context.purpose == UseCase::"purpose-{i}" }};'
        )
    for i in range(25):
        lines.append(
            f'@id("2.{i}") forbid (principal, action, resource) when {{ context has purpose && '
            f'context.purpose == UseCase::"barred-{i}" }} unless {{ context has authority && context.authority.signed }};'
        )
    for i in range(25):
        lines.append(
            f'@id("3.{i}") forbid (principal, action == Action::"call_tool", resource) when {{ context has effect && '
            f'context.effect == "effect-{i}" }} unless {{ context has decision && context.decision.count >= 1 }};'
        )
    assert len(lines) == CLAUSES
    return "\n".join(lines) + "\n"


def processes(pid):
    """The process and its children: nginx works in a child of its master."""
    found = [pid]
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in path.read_text().split()]
    return found


def cpu_us(pid):
    """User and system time of all threads so far, in microseconds, as the scheduler counted it."""
    total = 0
    for one in processes(pid):
        for path in pathlib.Path(f"/proc/{one}/task").glob("*/schedstat"):
            total += int(path.read_text().split()[0])
    return total / 1000


def rss_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


class Rig:
    """Starts on `with`; `pid[name]` is the process whose CPU counts for that way through."""

    def __init__(self, threads, before=None):
        self.threads = threads
        self.before = before
        self.home = RESULTS / f"rig-{os.getpid()}"
        self.running = []
        self.pid = {}

    def __enter__(self):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        self.home.mkdir(parents=True)
        try:
            self._nginx("direct", self._server(PORTS["direct"], "default_type application/json; return 200 '" + ANSWER + "';"))
            self._nginx(
                "nginx",
                f'upstream u {{ server 127.0.0.1:{PORTS["direct"]}; keepalive 128; keepalive_requests 100000000; }}'
                + self._server(PORTS["nginx"], "proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection '';"),
            )
            upstream = f'http://127.0.0.1:{PORTS["direct"]}'
            proxy = BUILD / "bench" / "what_does_a_proxied_request_cost"
            self._start("pass", [proxy, PORTS["pass"], upstream, 3600, self.threads])
            self._gateway("gateway", BUILD / "bin" / "proviso")
            if self.before:
                self._gateway("before", pathlib.Path(self.before))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=35)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _gateway(self, name, proviso):
        home = self.home / name
        subprocess.run([proviso, "init", "--home", home], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(home / "terms")
        (home / "terms" / "clauses").mkdir(parents=True)
        names = [f"purpose-{i}" for i in range(50)] + [f"barred-{i}" for i in range(25)]
        purposes = ", ".join(f'"{name}"' for name in names)
        key = (home / "keys" / "record.vkey").read_text().strip()
        (home / "terms" / "agreement.toml").write_text(AGREEMENT.format(purposes=purposes, key=key))
        (home / "terms" / "clauses" / "all.cedar").write_text(clauses())
        digest = hashlib.sha256(API_KEY.encode()).hexdigest()
        (home / "config.toml").write_text(CONFIG.format(digest=digest, threads=self.threads, port=PORTS[name], **PORTS))
        self._start(name, [proviso, "serve", "--home", home])

    @staticmethod
    def _server(port, location):
        return f"server {{ listen 127.0.0.1:{port} backlog=8192; location / {{ {location} }} }}"

    def _nginx(self, name, servers):
        home = self.home / f"nginx-{name}"
        home.mkdir()
        (home / "nginx.conf").write_text(NGINX.format(home=home, servers=servers))
        self._start(name, ["nginx", "-e", home / "error.log", "-p", home, "-c", home / "nginx.conf"])

    def _start(self, name, command):
        with open(self.home / f"{name}.log", "w") as log:
            process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
        self.running.append(process)
        self.pid[name] = process.pid
        for _ in range(200):
            if process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", PORTS[name])) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not start:\n" + (self.home / f"{name}.log").read_text())
