"""Stand-ins for Google Analytics and Matomo that hold each request against what the real ones document."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlsplit

MEASUREMENT_ID, SECRET, TOKEN, SITE_ID = "G-TEST12345", "only-for-tests-secret", "0123456789abcdef0123456789abcdef", "3"

# https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
_GOOGLE_KEYS = {
    "client_id": str, "user_id": str, "timestamp_micros": int, "user_properties": dict, "user_data": dict,
    "consent": dict, "user_location": dict, "ip_override": str, "device": dict, "user_agent": str,
    "validation_behavior": str, "events": list,
}  # fmt: skip
_GOOGLE_LENGTHS = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
_GOOGLE_RESERVED = {"session_start", "first_visit", "user_engagement", "error", "app_remove"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
# https://developer.matomo.org/api-reference/tracking-api
_MATOMO_KEYS = set(
    """idsite rec action_name url _id rand apiv urlref res h m s cookie ua uadata lang uid cid new_visit dimension1
    link download search search_cat search_count pv_id idgoal revenue gt_ms cs ca e_c e_a e_n e_v c_n c_p c_t c_i ec_id
    ec_items ec_st ec_tx ec_sh ec_dt token_auth cip cdt country region city lat long send_image ping bots""".split()
)
_NEED_TOKEN = {"cip", "country", "region", "city", "lat", "long", "cid"}


class Told(NamedTuple):
    """One event as it arrived."""

    service: str
    id: str  # of the transmission
    client: str
    name: str
    page: str
    fields: dict[str, Any]
    time: float  # on the monotonic clock, which all processes of a machine share


class Internet:
    """What arrived, and what was wrong with it."""

    def __init__(self) -> None:
        self.port = 0
        self.told: list[Told] = []  # and answered that it was taken
        self.attempts: list[Told] = []  # all that came
        self.raw: list[bytes] = []  # each request, whole
        self.wrong: list[str] = []
        self.requests = 0
        self.answer: Callable[[str, list[Told]], tuple[int, dict[str, str]]] = lambda *_: (204, {})
        self.before: Callable[[], None] = lambda: None  # what happens between a request and its answer

    @property
    def google(self) -> str:
        return f"http://127.0.0.1:{self.port}/mp/collect"

    @property
    def matomo(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def pages(self, service: str = "") -> list[str]:
        return [each.page for each in self.told if service in ("", each.service)]

    def read_google(self, query: str, said: Any, size: int) -> list[Told]:
        self.require(parse_qs(query) == {"measurement_id": [MEASUREMENT_ID], "api_secret": [SECRET]}, f"query {query}")
        self.require(size < 130_000, f"{size} bytes")
        for key, value in said.items():
            kind = _GOOGLE_KEYS.get(key)
            self.require(kind is not None and type(value) is kind, f"{key}: {value!r}")
        self.require(bool(said.get("client_id")), "no client_id")
        for key, value in said.get("consent", {}).items():
            self.require(
                key in ("ad_user_data", "ad_personalization") and value in ("GRANTED", "DENIED"), f"{key} {value}"
            )
        events = said.get("events", [])
        self.require(1 <= len(events) <= 25, f"{len(events)} events")
        return [self._read_event(said, each) for each in events]

    def _read_event(self, said: Any, event: Any) -> Told:
        parameters = event.get("params", {})
        self.require(set(event) <= {"name", "params"}, f"{sorted(event)}")
        self.require(bool(_NAME.fullmatch(event["name"])) and event["name"] not in _GOOGLE_RESERVED, event["name"])
        self.require(len(parameters) <= 25, f"{len(parameters)} parameters")
        for key, value in parameters.items():
            self.require(bool(_NAME.fullmatch(key)) and not key.startswith(("firebase_", "ga_", "google_")), key)
            long = len(value) > _GOOGLE_LENGTHS.get(key, 100) if isinstance(value, str) else False
            self.require(isinstance(value, str | int | float | list) and not long, f"{key}: {value!r}")
        micros = parameters.get("timestamp_micros", 0)
        self.require(type(micros) is int and -5 < time.time() - micros / 1e6 < 72 * 3600, f"timestamp {micros}")
        self.require(str(parameters.get("session_id", "1")).isdigit(), "session_id")
        page = parameters.get("page_location", "")
        return Told(
            "google-analytics", parameters.get("event_id", ""), said["client_id"], event["name"], page,
            {**said, "params": parameters}, time.monotonic(),
        )  # fmt: skip

    def read_matomo(self, said: Any) -> list[Told]:
        self.require(set(said) <= {"requests", "token_auth"}, f"{sorted(said)}")
        self.require(said.get("token_auth", TOKEN) == TOKEN, "another token")
        told = []
        for line in said["requests"]:
            self.require(line.startswith("?"), line)
            fields = dict(parse_qsl(line[1:], strict_parsing=True))
            self.require(set(fields) <= _MATOMO_KEYS, f"unknown: {sorted(set(fields) - _MATOMO_KEYS)}")
            self.require("token_auth" in said or not set(fields) & _NEED_TOKEN, f"needs a token: {line}")
            self.require((fields["idsite"], fields["rec"], fields["apiv"]) == (SITE_ID, "1", "1"), line)
            self.require(bool(re.fullmatch("[0-9a-f]{16}", fields["_id"])), fields["_id"])
            happened = datetime.strptime(fields["cdt"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
            self.require(-5 < time.time() - happened < (72 if "token_auth" in said else 24) * 3600, fields["cdt"])
            if "e_c" in fields or "e_a" in fields:
                self.require(bool(fields.get("e_c") and fields.get("e_a")), line)
                float(fields.get("e_v", 0))
            name = fields.get("e_a", "page_view")
            told.append(Told("matomo", fields["rand"], fields["_id"], name, fields["url"], fields, time.monotonic()))
        return told

    def require(self, right: bool, what: str) -> None:
        if not right:
            self.wrong.append(what)


@contextmanager
def open_internet() -> Iterator[Internet]:
    internet = Internet()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            place = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["content-length"]))
            service = "google-analytics" if place.path == "/mp/collect" else "matomo"
            internet.require(place.path in ("/mp/collect", "/matomo.php"), place.path)
            internet.require(self.headers["content-type"] == "application/json", "content-type")
            internet.requests += 1
            internet.raw.append(f"{self.requestline}\n{self.headers}".encode() + body)
            said = json.loads(body)
            google = service == "google-analytics"
            told = internet.read_google(place.query, said, len(body)) if google else internet.read_matomo(said)
            internet.attempts += told
            status, headers = internet.answer(service, told)
            if status // 100 == 2:
                internet.told += told
            internet.before()
            answer = b""
            if service == "matomo" and status == 204:
                status, answer = 200, json.dumps({"status": "success", "tracked": len(told), "invalid": 0}).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *said: object) -> None:
            """Nothing to standard error."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, address: Any) -> None:
            """Clients that are killed break off; what went wrong with a request is kept."""

    server = Server(("127.0.0.1", 0), Handler)
    internet.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield internet
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
