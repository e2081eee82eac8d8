"""Finds whose a URL is: the host patterns of the policy and the catalogue, most specific first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import takewhile
from typing import NamedTuple

# What the WHATWG URL parser drops (tabs, newlines) or trims (C0 controls, space) before it looks.
_DROPPED = re.compile("[\t\n\r]")
_TRIMMED = "".join(map(chr, range(33)))
_ABSOLUTE = re.compile(r"(?:(https?|wss?|ftp):)?([/\\]{2,})([^/\\?#]*)(.*)", re.S | re.I)
_SPECIAL = re.compile(r"(https?|wss?|ftp):[/\\]?(.*)", re.S | re.I)
_PATH_END = re.compile("([?#])")
_PLAIN_HOST = re.compile(r"[a-z0-9._-]+")


class Location(NamedTuple):
    host: str  # lower case, without port; "?" where it cannot be told, which matches nothing
    rest: str  # path and query


def split_url(url: str) -> Location | None:
    """Host and path of a URL that leaves its own origin, as browsers read it; None for a relative or local one.

    Reads what the WHATWG URL parser reads: `//host`, `\\\\host`, `https:host`, tabs inside, userinfo, ports.
    Anything that a browser might take for a host and we cannot read becomes the host "?".
    """
    text = _DROPPED.sub("", unescape(url) if "&" in url else url).strip(_TRIMMED)
    found = _ABSOLUTE.match(text)
    if found:
        authority, rest = found[3], found[4]
    else:
        special = _SPECIAL.match(text)
        if not special:
            return None
        authority, _, rest = special[2].partition("/")
        rest = "/" + rest
    host = authority.rpartition("@")[2].lower()
    if not host.startswith("["):
        host = host.partition(":")[0].rstrip(".")
        if not _PLAIN_HOST.fullmatch(host):
            host = "?"
    else:
        host = host.partition("]")[0] + "]"
    if "\\" in rest:  # in the path it is a slash, in the query it is itself
        path, mark, query = _PATH_END.split(rest, maxsplit=1) if _PATH_END.search(rest) else (rest, "", "")
        rest = path.replace("\\", "/") + mark + query
    return Location(host, rest if rest.startswith(("/", "?", "#")) else "/" + rest)


class _Rule(NamedTuple):
    weight: int
    path: str
    regex: re.Pattern[str] | None
    tag: str

    def matches(self, rest: str) -> bool:
        if self.regex is not None:
            return self.regex.match(rest) is not None
        return rest.startswith(self.path)


class HostRules:
    """Patterns such as `*.example.net` or `www.example.net/path?query`, each with a tag (a service id).

    A pattern is a prefix; `*` inside its path stands for anything. The longest pattern that fits wins.
    """

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, list[_Rule]] = {}
        self._below: dict[str, list[_Rule]] = {}
        for pattern, tag in rules:
            host, path = split_pattern(pattern)
            regex = re.compile(".*".join(map(re.escape, path.split("*"))), re.S) if "*" in path else None
            table, name = (self._below, host[2:]) if host.startswith("*.") else (self._exact, host)
            table.setdefault(name, []).append(_Rule(len(path), path, regex, tag))
        for each in (*self._exact.values(), *self._below.values()):
            each.sort(key=lambda rule: -rule.weight)

    def find(self, host: str, rest: str) -> str | None:
        """The tag of the most specific pattern for this place, or None."""
        if "/." in rest or "/%2" in rest:
            rest = _resolve_dots(rest)
        for rule in self._rules_for(host):
            if rule.matches(rest):
                return rule.tag
        return None

    def find_all(self, host: str) -> list[str]:
        """The tags of every pattern for this host, whatever the path."""
        return [rule.tag for rule in self._rules_for(host)]

    def tells_paths(self, host: str) -> bool:
        """Whether any pattern for this host looks at the path."""
        return any(rule.path for rule in self._rules_for(host))

    def _rules_for(self, host: str) -> Iterator[_Rule]:
        yield from self._exact.get(host, ())
        dot = host.find(".")
        while dot != -1:
            yield from self._below.get(host[dot + 1 :], ())
            dot = host.find(".", dot + 1)


def _resolve_dots(rest: str) -> str:
    """The path as browsers ask for it: "/maps/../tr" is "/tr", also where the dots are written %2e."""
    path, mark, query = rest.partition("?")
    out: list[str] = []
    *segments, last = path.split("/")[1:]
    for segment in (*segments, last):
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del out[-1:]
        elif plain != ".":
            out.append(segment)
    if last.lower().replace("%2e", ".") in (".", ".."):
        out.append("")
    return "/" + "/".join(out) + mark + query


def split_pattern(pattern: str) -> tuple[str, str]:
    """ "www.example.net/a?b" → ("www.example.net", "/a?b")."""
    cut = re.search("[/?]", pattern)
    return (pattern[: cut.start()], pattern[cut.start() :]) if cut else (pattern, "")


def shared_domain(hosts: Iterable[str]) -> str:
    """The longest domain that all hosts end with, for a cookie that they share; "" where they share no more than a
    last label, or where one of them is an address.
    """
    labels = [host.split(".")[::-1] for host in hosts]
    if any(each[0].isdigit() or ":" in each[0] for each in labels):
        return ""
    columns = zip(*labels, strict=False)
    shared = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    return ".".join(reversed(shared)) if len(shared) > 1 else ""
