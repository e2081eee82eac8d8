"""What of a request the site gets to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import UNDECIDED
from cookiegate.exchange import find_path
from cookiegate.gate import Allowance, Rules, Visit
from cookiegate.passage import Passage
from cookiegate.policy import load_policy
from cookiegate.requests import adapt_request, find_place, read_headers, read_host
from tests.asgi import http_scope
from tests.stories.site import POLICY

PAGE = Visit(document=True, top=True, fragment=False)
PART = Visit(document=False, top=False, fragment=True)
WORKER = Visit(document=False, top=False, fragment=False, worker=True)


@pytest.fixture
def allowance(tmp_path: Path) -> Allowance:
    """Of a visitor who has given nothing."""
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    return Rules(load_policy(tmp_path / "cookiegate.toml")).allowance(UNDECIDED, "/")


def adapted(allowance: Allowance, visit: Visit, *headers: tuple[str, str]) -> tuple[list[Any], tuple[bytes, ...]]:
    scope = http_scope(headers=headers, host=None)
    sent = read_headers(scope)
    passage = Passage(UNDECIDED, allowance, sent.get(b"cookie", b""))
    new = adapt_request(scope, sent, passage, visit, {})
    removed = passage.removed
    assert new is not scope, "the server's own scope stays as it is"
    assert scope["headers"] == http_scope(headers=headers, host=None)["headers"]
    return new["headers"], removed


def test_what_was_not_agreed_to_is_taken_out_of_every_cookie_header(allowance: Allowance) -> None:
    headers, removed = adapted(allowance, PART, ("cookie", "_ga=1; sid=2"), ("x-y", "z"), ("cookie", "_px=3"))
    assert headers == [(b"cookie", b"sid=2"), (b"x-y", b"z")]
    assert removed == (b"_ga", b"_px")


def test_our_own_cookies_stay_with_us_and_are_not_reported(allowance: Allowance) -> None:
    headers, removed = adapted(allowance, PART, ("cookie", "sid=2; __Host-cookiegate=x; cookiegate-objection=1"))
    assert (headers, removed) == ([(b"cookie", b"sid=2")], ())


def test_a_long_cookie_header_is_filtered_like_a_short_one(allowance: Allowance) -> None:
    headers, removed = adapted(allowance, PART, ("cookie", "_ga=1; sid=" + "x" * 60_000))
    assert headers == [(b"cookie", b"sid=" + b"x" * 60_000)]
    assert removed == (b"_ga",)


@pytest.mark.parametrize("name", ["range", "if-range", "if-modified-since"])
def test_a_page_is_asked_for_whole_and_any_other_thing_as_the_browser_wishes(name: str, allowance: Allowance) -> None:
    assert adapted(allowance, PAGE, (name, "x"))[0] == []
    assert adapted(allowance, PART, (name, "x"))[0] == [(name.encode(), b"x")]


@pytest.mark.parametrize("visit", [PAGE, PART, WORKER])
@pytest.mark.parametrize("name", ["available-dictionary", "dictionary-id"])
def test_the_site_is_not_told_which_dictionaries_the_browser_has(name: str, visit: Visit, allowance: Allowance) -> None:
    assert adapted(allowance, visit, ("x-y", "z"), (name, "visitor-4711"))[0] == [(b"x-y", b"z")]


def test_a_page_is_asked_for_in_a_coding_that_can_be_opened_here(allowance: Allowance) -> None:
    assert adapted(allowance, PAGE, ("accept-encoding", "gzip, exotic"))[0] == [(b"accept-encoding", b"gzip")]
    assert adapted(allowance, PAGE, ("accept-encoding", "exotic"))[0] == [(b"accept-encoding", b"identity")]
    assert adapted(allowance, PART, ("accept-encoding", "exotic"))[0] == [(b"accept-encoding", b"exotic")]


def test_the_tag_of_a_stored_page_is_the_sites_own_again_and_that_of_another_choice_is_dropped(
    allowance: Allowance,
) -> None:
    own = allowance.key + Passage(UNDECIDED, allowance, b"").asked
    stored = f'W/"abc-cgs{own}", W/"weak-cgw{own}", W/"abc-cgs{allowance.key}", W/"abc-cgs000000000000", "bare"'
    assert adapted(allowance, PAGE, ("if-none-match", stored))[0] == [(b"if-none-match", b'"abc", W/"weak"')]
    assert adapted(allowance, PAGE, ("if-none-match", '"bare"'))[0] == []
    assert adapted(allowance, PART, ("if-none-match", '"bare"'))[0] == [(b"if-none-match", b'"bare"')]


def test_a_service_worker_is_always_fetched_whole_and_open(allowance: Allowance) -> None:
    sent = [(name, "x") for name in ("if-none-match", "if-modified-since", "range", "accept-encoding")]
    assert adapted(allowance, WORKER, *sent, ("service-worker", "script"))[0] == [(b"service-worker", b"script")]


def test_a_cookie_header_that_http_2_has_split_is_read_as_one() -> None:
    scope = http_scope(headers=[("cookie", "a=1"), ("x", "1"), ("cookie", "b=2; c=3"), ("x", "2")])
    assert read_headers(scope)[b"cookie"] == b"a=1; b=2; c=3"
    assert read_headers(scope)[b"x"] == b"2"
    assert b"cookie" not in read_headers(http_scope())


@pytest.mark.parametrize(
    ("host", "read"),
    [("Site.Example", "site.example"), ("site.example:8443", "site.example"), ("[::1]:80", "[::1]"), ("", "")],
)
def test_the_host_is_read_without_its_port(host: str, read: str) -> None:
    assert read_host({b"host": host.encode()}) == read


def test_the_address_of_a_page_keeps_the_bytes_it_was_asked_for_by() -> None:
    assert find_path(http_scope(path="/a%2Fb%20c?x=%20y")) == b"/a%2Fb%20c?x=%20y"
    assert find_path(http_scope(path="/p")) == b"/p"
    scope = http_scope(path="/p") | {"path": "/ä"}
    del scope["raw_path"], scope["query_string"]
    assert find_path(scope) == "/ä".encode()


def test_a_place_on_the_site_is_judged_as_the_site_reads_it() -> None:
    assert find_place(http_scope(path="/%70x/a?id=%20")) == "/px/a?id=%20"
    assert find_place(http_scope(path="/p")) == "/p"


def test_a_coding_is_not_offered_by_a_second_line_either(allowance: Allowance) -> None:
    lines = [("accept-encoding", "gzip, made-up"), ("accept-encoding", "gzip")]
    assert adapted(allowance, PAGE, *lines)[0] == [(b"accept-encoding", b"gzip"), (b"accept-encoding", b"gzip")]


def test_headers_may_be_lists(allowance: Allowance) -> None:
    scope = http_scope(host=None)
    scope["headers"] = [[b"x", b"y"], [b"cookie", b"_ga=1; sid=2"], [b"z", b"a"]]
    sent = read_headers(scope)
    seen = adapt_request(scope, sent, Passage(UNDECIDED, allowance, sent[b"cookie"]), PART, {})["headers"]
    assert [tuple(line) for line in seen] == [(b"x", b"y"), (b"cookie", b"sid=2"), (b"z", b"a")]


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        ([b"1"], True),
        ([b"0", b"1"], True),
        ([b"1", b"0"], True),
        ([b"1", b"1"], True),
        ([], False),
        ([b"0"], False),
        ([b"true"], False),
        ([b" 1,1"], False),
        ([b""], False),
        ([b"01"], False),
        ([b"1;x"], False),
        ([b"0", b"0"], False),
    ],
)
def test_global_privacy_control_counts_where_one_line_says_just_1(lines: list[bytes], counts: bool) -> None:
    scope = http_scope(headers=[("sec-gpc", line) for line in lines], host=None)
    assert (read_headers(scope).get(b"sec-gpc") == b"1") == counts
