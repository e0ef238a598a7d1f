"""An MCP server that answers as it is told, well or badly: raw bytes, whole or as an event stream."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Script(NamedTuple):
    """One answer. In the body, ID stands for the request's id."""

    body: str
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = {}


def events(*data: str) -> Script:
    return Script("".join(f"event: message\ndata: {one}\n\n" for one in data), type="text/event-stream")


class ScriptedMcpServer:
    """`scripts` has a script, or a list that is used up, for each method or called tool."""

    name = "scripted"

    def __init__(self) -> None:
        self.scripts: dict[str, Script | list[Script]] = {}
        self.seen: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_) -> None:
                pass

            def do_GET(self) -> None:
                self.answer(server.script("GET"), "null")

            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = message.get("params", {}).get("name") or message.get("method", "answer")
                server.seen.append(name)
                self.answer(server.script(name), json.dumps(message.get("id")))

            def answer(self, script: Script, id: str) -> None:
                body = script.body.replace("ID", id).encode()
                self.send_response(script.status)
                self.send_header("Content-Type", script.type)
                for name, value in script.headers.items():
                    self.send_header(name, value)
                self.send_header("Connection", "close")
                if script.type == "application/json":
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/mcp"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def script(self, name: str) -> Script:
        script = self.scripts[name]
        return script.pop(0) if isinstance(script, list) else script

    def close(self) -> None:
        self.http.shutdown()
