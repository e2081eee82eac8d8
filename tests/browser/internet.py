"""A stand-in for the whole internet: one TLS port at which every host name answers, and all that is asked is noted.

Scripts leave the cookies that such scripts leave, on the page's host and on its parent domain.
"""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SCRIPT = """(() => {
  const parent = location.hostname.split(".").slice(-2).join(".");
  document.cookie = "_ga=GA1.1.1; path=/; max-age=9999";
  document.cookie = "_ga_XXXXXXXXXX=GS1.1; path=/; max-age=9999; domain=" + parent;
  document.cookie = "_fbp=fb.1; path=/; max-age=9999; domain=" + parent;
  new Image().src = "https://HOST/collect";
})();"""
FORM = """<!doctype html><title>Elsewhere</title>
<form method="post" action="https://ACTION/_cookiegate/choice">
<input name="decision" value="accept"><button>Win a prize</button></form>"""
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


class Asked(NamedTuple):
    host: str
    path: str
    cookie: str


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key, signed by itself: browsers are told to take it for every host."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=internet"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


class Internet:
    """Serves from its making until `close`. `asked` are requests, `reached` every host name that was connected to.

    `scripts` is what stands at some places: host and path → source.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self.certificate = certificate, key
        self.asked: list[Asked] = []
        self.reached: set[str] = set()
        self.scripts: dict[str, str] = {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.sni_callback = lambda connection, name, _: self.reached.add(name or "?")  # also of a mere preconnect
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.internet, self._server.context = self, context
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def forget(self) -> None:
        self.asked.clear()
        self.reached.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    internet: Internet
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a slow handshake holds up nobody."""
        request.settimeout(20)
        try:
            with self.context.wrap_socket(request, server_side=True) as connection:
                super().finish_request(connection, client_address)
        except OSError:
            pass  # the browser left

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(OSError):  # TLS may have closed it
            super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        host, path = (self.headers.get("host") or "").partition(":")[0], urlsplit(self.path).path
        self.server.internet.asked.append(Asked(host, path, self.headers.get("cookie") or ""))
        kind, body = self._find_answer(host, path)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("access-control-allow-origin", "*")
        self.send_header("set-cookie", "elsewhere=1; Path=/; Secure; SameSite=None")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def _find_answer(self, host: str, path: str) -> tuple[str, bytes]:
        if path.startswith("/prize/"):
            return "text/html", FORM.replace("ACTION", path.removeprefix("/prize/")).encode()
        match self.headers.get("sec-fetch-dest"):
            case "script":
                known = self.server.internet.scripts.get(host + path)
                return "text/javascript", (known or SCRIPT.replace("HOST", host)).encode()
            case "style":
                return "text/css", b"body { --from-elsewhere: 1 }"
            case "iframe" | "frame" | "document":
                return "text/html", b"<!doctype html><title>Frame</title><p>" + host.encode()
        return "image/svg+xml", PICTURE

    def log_message(self, *message: Any) -> None:
        """Nothing: what was asked is in `asked`."""
