"""Speculation rules: pages that a browser fetches before anybody follows a link, which no policy stops."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .allowance import PASS, Verdict
from .css import Judge

ELSEWHERE = Verdict(False)  # rules that lead anywhere, or that cannot be told
_OWN_PATHS = re.compile(r"/(?!/)[^:(){}\\]*")  # as a pattern: nothing in it makes a host of a part
_STRIPPED = "".join(map(chr, range(33)))
_PARTS = frozenset(("pathname", "search", "hash"))


def judge_rules(text: bytes, judge: Judge) -> Verdict:
    """May a page have these rules? Only where every one of them is for pages that may be asked for."""
    try:
        rules = json.loads(text.decode("utf-8", "replace"), object_pairs_hook=_read_object)
        for each in _list_rules(rules):
            for url in each.get("urls", ()):
                verdict = judge(_as_written_in_html(url))
                if not verdict.allowed:
                    return verdict
            if ("where" in each or "urls" not in each) and not _stays(each["where"]):
                return ELSEWHERE
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ELSEWHERE
    return PASS


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two equal keys holds, parsers may see differently."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _list_rules(rules: Any) -> Iterator[dict[str, Any]]:
    for value in rules.values():
        if isinstance(value, list):  # beside these stands a "tag"
            yield from value


def _as_written_in_html(url: str) -> bytes:
    """As the gate reads addresses: with character references, of which JSON knows none."""
    return url.strip(_STRIPPED).replace("&", "&amp;").encode("latin-1", "xmlcharrefreplace")


def _stays(where: Any) -> bool:
    """Whether only links to the site itself can meet this condition."""
    if set(where) == {"and"}:
        return any(map(_stays, where["and"]))
    if set(where) == {"or"}:
        return all(map(_stays, where["or"]))
    if not set(where) <= {"href_matches", "relative_to"} or "href_matches" not in where:
        return False
    said = where["href_matches"]
    return all(map(_is_own, said if isinstance(said, list) else [said]))


def _is_own(pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return bool(pattern) and pattern.keys() <= _PARTS
    return _OWN_PATHS.fullmatch(pattern) is not None
