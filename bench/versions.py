"""HTTP/2 beside HTTP/1.1 over TLS: the same server and the same client (h2load), CPU of either side. The
server's side says what HTTP/2 costs or saves us towards applications; the client's side, what it would
towards providers."""
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import tempfile

import rig as rigs

PORT = 18477
EVENTS = 50
GAP_MS = 20
STREAMS = 100
# name: path, requests, what h2load is told
WAYS = {
    "whole/1.1": ("/whole", 40_000, ["--h1", "-c", "64"]),
    "whole/2": ("/whole", 40_000, ["-c", "1", "-m", "64"]),
    "stream/1.1": ("/stream", 3 * STREAMS, ["--h1", "-c", str(STREAMS)]),
    "stream/2": ("/stream", 3 * STREAMS, ["-c", "1", "-m", str(STREAMS)]),
    "spread/2": ("/stream", 3 * STREAMS, ["-c", "10", "-m", str(STREAMS // 10)]),
}


def children_cpu_us():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


def certificate(home):
    names = [str(home / "server.pem"), str(home / "server.key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=127.0.0.1", "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)
    return names


def load(way, pid):
    path, requests, arguments = WAYS[way]
    server, client = rigs.cpu_us(pid), children_cpu_us()
    done = subprocess.run(["h2load", *arguments, "-n", str(requests), f"https://127.0.0.1:{PORT}{path}"],
                          capture_output=True, text=True)
    server, client = rigs.cpu_us(pid) - server, children_cpu_us() - client
    protocol = "h2" if way.endswith("/2") else "http/1.1"
    found = re.search(r"finished in ([\d.]+)(m?s)", done.stdout)
    if f"{requests} succeeded" not in done.stdout or f"protocol: {protocol}" not in done.stdout or not found:
        raise RuntimeError(f"{way}: h2load says:\n{done.stdout}{done.stderr}")
    units = requests * (EVENTS + 1 if path == "/stream" else 1)
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1)
    return {"way": way, "per_second": round(units / seconds), "server_us": round(server / units, 2),
            "client_us": round(client / units, 2)}


def measure(report, options):
    program = rigs.BUILD / "bench" / "what_does_http2_cost"
    if not program.exists() or shutil.which("h2load") is None:
        report.row("HTTP/2", "what_does_http2_cost is not built, or there is no h2load (nghttp2-client)")
        return
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        files = certificate(pathlib.Path(folder))
        server = subprocess.Popen([program, str(PORT), *files, str(EVENTS), str(GAP_MS)], stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            rows = []
            for number in range(options.rounds):
                for way in WAYS:
                    row = load(way, server.pid)
                    report.raw(part="http2", round=number, **row)
                    rows.append(row)
        finally:
            server.kill()
            server.wait()

    def ratio(way, other, key):
        middle = [statistics.median(row[key] for row in rows if row["way"] == each) for each in (way, other)]
        return f"{middle[0] / middle[1]:.2f}"

    def cpu(way, other):
        return f"server CPU {ratio(way, other, 'server_us')}, client CPU {ratio(way, other, 'client_us')}"

    report.row("HTTP/2 ÷ HTTP/1.1 over TLS, whole 1 KiB",
               f"{cpu('whole/2', 'whole/1.1')}, requests/s {ratio('whole/2', 'whole/1.1', 'per_second')} "
               "(1 against 64 connections)")
    report.row(f"  {STREAMS} streams, an event each {GAP_MS} ms",
               f"{cpu('stream/2', 'stream/1.1')} (1 against {STREAMS} connections)")
    report.row("  the same over 10 connections", f"{cpu('spread/2', 'stream/1.1')} (10 against {STREAMS} connections)")
