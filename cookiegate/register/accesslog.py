"""Reads a line of an access log as Apache and nginx write it by default: "combined", also with the host before it.

203.0.113.77 - - [28/Nov/2026:20:22:53 +0200] "GET /blog?page=2 HTTP/1.1" 200 5120 "https://a.example/" "Mozilla/…"
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from cookiegate.expressions import compile

LONGEST_LINE = 65_536  # bytes; servers take no request that makes a longer one
_QUOTED = r'"((?:[^"\\]++|\\.)*+)"'
# Host and port where they are logged, address, identity and name of the user, which may hold blanks; then the rest.
_LINE = compile(
    rf"(?:([\w.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)? )?([^ \[\"]+) [^ \[\"]+ [^\[\"]+ "
    rf"\[([0-9]{{2}}/[A-Z][a-z]{{2}}/[0-9]{{4}}:[0-9]{{2}}:[0-9]{{2}}):([0-9]{{2}}) ([+-][0-9]{{4}})\] "
    rf"{_QUOTED} ([0-9]{{3}}) (?:[0-9]+|-)(?: {_QUOTED} {_QUOTED})?"
).match
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")
_MONTHS = {month: at for at, month in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_ORIGIN = re.compile(r"https?://[^/]*", re.IGNORECASE)


_COMMON = 'of the format "common": only "combined" says where visits come from and with which browser'
_OTHER = "not as the combined format has it"


class MalformedLine(ValueError):
    """Why a line could not be read. Never quotes it: it holds a whole address."""


class LogLine(NamedTuple):
    """One request. Held for a moment only: the address is whole."""

    host: str  # "" where the log does not say it
    address: str
    time: int  # seconds since 1970-01-01 UTC
    method: str  # "" where the client sent no request that could be read
    path: str  # decoded
    query: bytes
    status: int
    referrer: str
    agent: str


def read_line(line: bytes) -> LogLine:
    """Raises MalformedLine."""
    found = _LINE(line.decode("latin-1"))
    if found is None:
        raise MalformedLine(_find_reason(line))
    host, address, minute, second, zone, request, status, referrer, agent = found.groups()
    if agent is None:  # taken for none, it would make every visit one by a program
        raise MalformedLine(_OTHER if line[found.end() :].strip() else _COMMON)
    if host and _ADDRESS.fullmatch(host) and not _ADDRESS.fullmatch(address):
        host, address = "", host  # a user whose name begins with a blank
    try:
        time = _read_minute(minute, zone) + int(second)
    except (KeyError, ValueError, OverflowError):
        raise MalformedLine("its time is none") from None
    method, _, rest = _unescape(request).partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        method, target = "", ""
    if not target.startswith("/"):
        target = _ORIGIN.sub("", target) or "/"
    path, _, query = target.partition("?")
    return LogLine(
        (host or "").lower(),
        address,
        time,
        method,
        unquote_to_bytes(path.encode("latin-1")).decode("utf-8", "replace"),
        query.encode("latin-1"),
        int(status),
        "" if referrer == "-" else _unescape(referrer),
        "" if agent == "-" else _unescape(agent),
    )


def _find_reason(line: bytes) -> str:
    if not line.strip():
        return "it is empty"
    if b"[" not in line:
        return "no time in brackets"
    return "no request in quotes" if line.count(b'"') < 2 else _OTHER


@lru_cache(maxsize=256)
def _read_minute(text: str, zone: str) -> int:
    """ "28/Nov/2026:20:22", "+0200" → seconds since 1970-01-01 UTC."""
    day = int(text[7:11]), _MONTHS[text[3:6]], int(text[:2])
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    here = timezone(-ahead if zone[0] == "-" else ahead)
    return int(datetime(*day, int(text[12:14]), int(text[15:17]), tzinfo=here).timestamp())


def _unescape(text: str) -> str:
    """What the server could not write as it came stands as \\x22 or \\"."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
