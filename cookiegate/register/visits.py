"""What is kept of a visit. Whatever names a person is cut off here, before it is queued (GDPR art. 5(1)(c), 25)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cookiegate.consent import UNKNOWN
from cookiegate.policy import Policy
from cookiegate.visitor import AGENT_LENGTH, prefer, truncate

from .redaction import reduce_path, reduce_query

_LONGEST_REFERRER = 2048
# Files that a page is made of or that are taken along, told by how their names end where nothing else tells.
FILE_ENDINGS = frozenset(
    "7z atom avi avif bin bmp br bz2 css csv dmg doc docx eot exe flac flv gif gz ico ics iso jpeg jpg js json "
    "map mjs mkv mov mp3 mp4 mpeg mpg odt ogg otf pdf png ppt pptx rar rss svg swf tar tgz tif tiff ttf txt wasm "
    "wav webm webmanifest webp woff woff2 xls xlsx xml xz zip zst".split()
)
_ORIGIN = re.compile(r"(https?)://(?:[^/?#]*@)?([a-z0-9._-]{1,253})(:[0-9]{1,5})?(?=[/?#]|\Z)", re.IGNORECASE)


class Visit(NamedTuple):
    """One request for a page, already reduced. Made by `visit_from`."""

    time: int  # seconds since 1970-01-01 UTC
    address: str  # truncated: "203.0.113.0/24"
    path: str  # redacted, with the parameters that the policy keeps and no others
    referrer: str  # origin of another site: "https://search.example"; otherwise ""
    own: bool  # a page of this site led here
    agent: str  # User-Agent, cut; kept in memory only and never written
    status: int
    language: str = ""  # primary subtag: "fi"
    campaign: str = ""  # "source / medium / campaign"
    decision: str = UNKNOWN
    consented: bool = False
    released: bool = False
    banner: str = ""
    beacon: bool = False


def visit_from(
    policy: Policy,
    *,
    time: int,
    address: str,
    path: str,
    referrer: str,
    agent: str,
    status: int,
    query: bytes = b"",
    languages: bytes = b"",
    decision: str = UNKNOWN,
    consented: bool = False,
    released: bool = False,
    beacon: bool = False,
) -> Visit:
    """The visit to keep of a request: `address` whole, `path` decoded, `query` not, the rest as the headers say.

    `decision` is what its visitor had chosen, as `consent.name_choice` says it, `consented` whether they had given a
    statistics service, `released` whether one of those was in the page, `beacon` that the page's script told it.
    """
    rules = policy.visits
    origin, own = reduce_referrer(referrer, policy.site.hosts)
    kept, campaign = reduce_query(query, rules.keep_query) if query else ("", "")
    return Visit(
        time,
        truncate(address, rules.ipv4_bits, rules.ipv6_bits),
        reduce_path(path) + kept,
        origin,
        own,
        agent[:AGENT_LENGTH],
        status,
        prefer(languages),
        campaign,
        decision,
        consented,
        released,
        "" if decision else policy.mark,  # who had chosen is not asked
        beacon,
    )


def is_page_path(path: str) -> bool:
    """Whether a path is that of a page as far as it tells: not that of a file."""
    return path.rpartition(".")[2].lower() not in FILE_ENDINGS


def find_group(path: str, groups: tuple[tuple[str, str], ...]) -> str:
    """The group of a page: the name that the policy has for the longest beginning of its path, or its first segment."""
    for beginning, name in groups:
        rest = path[len(beginning) :] if path.startswith(beginning) else None
        if rest is not None and (not rest or beginning[-1] == "/" or rest[0] in "/?"):
            return name
    return "/" + path[1:].partition("/")[0].partition("?")[0]


def reduce_referrer(referrer: str, own_hosts: tuple[str, ...]) -> tuple[str, bool]:
    """Origin and whether it is ours. A bare address says where somebody is, not which site led here: dropped."""
    found = _ORIGIN.match(referrer[:_LONGEST_REFERRER])
    if not found:
        return "", False
    scheme, host, port = found[1].lower(), found[2].lower().rstrip("."), found[3] or ""
    if host in own_hosts:
        return "", True
    return ("", False) if re.fullmatch(r"[0-9.]*", host) else (f"{scheme}://{host}{port}", False)


def day_of(time: float) -> str:
    """The UTC day of a time in seconds: "2026-03-01"."""
    return _name_day(time // 86_400)


@lru_cache(maxsize=64)
def _name_day(number: float) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).date().isoformat()
