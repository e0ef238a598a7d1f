"""Between a client and a gateway: keeps every byte that the gateway sent."""

import contextlib
import socket
import threading


class Tap:
    """Listens on loopback until closed, and passes everything on, both ways."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.heard = b""
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def take(self) -> bytes:
        """What came since it was last asked."""
        with self.lock:
            heard, self.heard = self.heard, b""
            return heard

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                gateway = socket.create_connection(("127.0.0.1", self.to))
                for source, sink, keeps in ((client, gateway, False), (gateway, client, True)):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self.carry, args=(source, sink, keeps), daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket, keeps: bool) -> None:
        with contextlib.suppress(OSError):
            while some := source.recv(65536):
                if keeps:
                    with self.lock:
                        self.heard += some
                sink.sendall(some)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
