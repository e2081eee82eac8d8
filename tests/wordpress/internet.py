"""A stand-in for the whole internet: one port at which every host name answers, over TLS and without.

The company's own host leads to whatever stands behind it and learns by X-Forwarded-Proto that the visitor came over
TLS, as behind any TLS proxy. Every other host is a stranger: what it is asked is written down, and the answer does
what the real one would do first, which is to set the usual cookies and ask further hosts.
"""

from __future__ import annotations

import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

TLS_HELLO = b"\x16"  # the first byte of a TLS connection (RFC 8446 section 5.1)
SECONDS = 30.0

_OF_THE_BROWSER = (
    "accounts.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "update.googleapis.com",
    "redirector.gvt1.com",
    "edgedl.me.gvt1.com",
    "dl.google.com",
)
_PARENT = "; path=/; max-age=7776000; domain=' + location.hostname.split('.').slice(-2).join('.')"
_ANALYTICS = f"""
document.cookie = '_ga=GA1.2.1234509876.1700000001{_PARENT};
document.cookie = '_ga_KIVIJOKI01=GS1.1.1700000001{_PARENT};
localStorage.setItem('_ga_store', '1');
navigator.sendBeacon('https://region1.google-analytics.com/g/collect?v=2&tid=G-KIVIJOKI01&en=page_view');
"""
# A container is filled by whoever has its password: here by a tag that the policy has never heard of.
_CONTAINER = "new Image().src = 'https://pikseli.mainosverkko.example/p?from=container';"
_PIXEL = f"""
document.cookie = '_fbp=fb.1.1700000001.987654321{_PARENT};
const config = document.createElement('script');
config.src = 'https://connect.facebook.net/signals/config/1234567890?v=2.9';
document.head.append(config);
new Image().src = 'https://www.facebook.com/tr/?id=1234567890&ev=PageView';
"""
_FONTS = """
@font-face { font-family: Lora; src: url(https://fonts.gstatic.com/s/lora/v35/lora.woff2) format('woff2'); }
body { font-family: Lora, serif; }
"""
_CAPTCHA = """
const release = document.createElement('script');
release.src = 'https://www.gstatic.com/recaptcha/releases/kivi/recaptcha__fi.js';
document.head.append(release);
const anchor = document.createElement('iframe');
anchor.src = 'https://www.google.com/recaptcha/api2/anchor?k=kivi';
document.querySelector('.g-recaptcha').append(anchor);
"""
_VIDEO = '<!doctype html><title>Video</title><p>Video<img alt="" src="https://i.ytimg.com/vi/kIvIjOkI001/hq.jpg">'
_MAP = '<!doctype html><title>Map</title><p>Map<script src="https://maps.googleapis.com/maps-api-v3/api/js"></script>'


class Answer(NamedTuple):
    kind: str  # media type
    body: str
    cookies: tuple[str, ...] = ()


_ANSWERS = {
    "www.googletagmanager.com/gtag/js?": Answer("text/javascript", _ANALYTICS),
    "www.googletagmanager.com/gtm.js?": Answer("text/javascript", _CONTAINER),
    "www.googletagmanager.com/ns.html?": Answer("text/html", "<!doctype html><title>Container</title>"),
    "connect.facebook.net/en_US/fbevents.js": Answer("text/javascript", _PIXEL),
    "connect.facebook.net/signals/": Answer("text/javascript", ""),
    "fonts.googleapis.com/css2?": Answer("text/css", _FONTS),
    "www.google.com/recaptcha/api.js": Answer("text/javascript", _CAPTCHA),
    "www.google.com/recaptcha/api2/": Answer("text/html", "<!doctype html><title>Anchor</title>"),
    "www.gstatic.com/recaptcha/": Answer("text/javascript", ""),
    "www.youtube.com/embed/": Answer(
        "text/html", _VIDEO, ("YSC=kivi; Path=/; Domain=youtube.com; Secure; HttpOnly; SameSite=None",)
    ),
    "www.google.com/maps/embed?": Answer(
        "text/html", _MAP, ("NID=kivi; Path=/; Domain=google.com; Secure; HttpOnly; SameSite=None",)
    ),
    "maps.googleapis.com/": Answer("text/javascript", ""),
}
_PICTURE = Answer("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')


class Internet:
    """`with Internet("www.kivijoki.example") as internet:` with `behind` set to the port of what serves that host.

    `asked` holds host and path of every request to a stranger, `called` every name to which a TLS connection began,
    so that a connection ahead of a request is seen as well.
    """

    def __init__(self, own: str) -> None:
        self.own = own
        self.behind = 0
        self.asked: list[str] = []
        self.called: list[str] = []
        self._folder = tempfile.TemporaryDirectory(prefix="internet-")
        self._tls = _make_tls(Path(self._folder.name), self._note_name)
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def rules(self) -> str:
        """For Chromium's `--host-resolver-rules`: whatever is asked for, at whatever port, comes here.

        Some hosts lead nowhere: Chromium itself calls them, whatever the page does.
        """
        browser = "".join(f"MAP {host} ~NOTFOUND, " for host in _OF_THE_BROWSER)
        return f"{browser}MAP * 127.0.0.1:{self.port}, EXCLUDE 127.0.0.1"

    @property
    def strangers(self) -> list[str]:
        """Everybody else whom the browser has reached in any way since `forget`."""
        return sorted({*self.asked, *(name for name in self.called if name != self.own)})

    def forget(self) -> None:
        self.asked.clear()
        self.called.clear()

    def secure(self, connection: socket.socket) -> ssl.SSLSocket:
        return self._tls.wrap_socket(connection, server_side=True)

    def _note_name(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self.called.append(name or "(no name)")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, internet: Internet) -> None:
        self.internet = internet
        super().__init__(("127.0.0.1", 0), _Connection)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Tells TLS from plain HTTP by the first byte. A browser may hang up at any moment, which is no error."""
        request.settimeout(SECONDS)
        secure = request.recv(1, socket.MSG_PEEK) == TLS_HELLO
        if secure:
            request = self.internet.secure(request)
        try:
            _Connection(request, client_address, self)
        finally:
            if secure:
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Connection(BaseHTTPRequestHandler):
    """One request, one connection: nothing to keep in step."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            return
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = self.headers.get("Host", "").partition(":")[0]
        if host == self.server.internet.own:
            self._pass_on(body)
        else:
            self.server.internet.asked.append(host + self.path)
            self._answer(host + self.path)

    def _pass_on(self, body: bytes) -> None:
        outer = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        head = [f"{self.command} {self.path} HTTP/1.1", f"X-Forwarded-Proto: {outer}", "Connection: close"]
        head += [f"{name}: {value}" for name, value in self.headers.items() if name.lower() != "connection"]
        with socket.create_connection(("127.0.0.1", self.server.internet.behind), SECONDS) as behind:
            behind.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)
            with behind.makefile("rb") as answer:
                shutil.copyfileobj(answer, self.wfile)

    def _answer(self, address: str) -> None:
        answer = next((each for start, each in _ANSWERS.items() if address.startswith(start)), _PICTURE)
        body = answer.body.encode()
        self.send_response(200)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Connection", "close")
        for cookie in answer.cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _make_tls(folder: Path, note_name: Any) -> ssl.SSLContext:
    """A certificate of our own for whatever name is called; the browser is told not to mind."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=internet.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = note_name
    return context
