"""Whose a URL is: read as browsers read it, and matched against the most specific pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.policy import HostRules, shared_domain, split_url


@pytest.mark.parametrize(
    ("url", "host", "rest"),
    [
        ("https://t.example/a?b=c", "t.example", "/a?b=c"),
        ("http://t.example", "t.example", "/"),
        ("wss://t.example/socket", "t.example", "/socket"),
        ("ws://t.example/socket", "t.example", "/socket"),
        ("ftp://t.example/file", "t.example", "/file"),
        ("HTTPS://T.Example/A", "t.example", "/A"),
        # relative to the scheme, in every spelling of a slash
        ("//t.example/a", "t.example", "/a"),
        ("///t.example/a", "t.example", "/a"),
        ("\\\\t.example\\a", "t.example", "/a"),
        ("/\\t.example/a", "t.example", "/a"),
        ("\\/t.example/a", "t.example", "/a"),
        ("https:\\\\t.example\\a\\b?c\\d", "t.example", "/a/b?c\\d"),
        ("https://t.example/a#b\\c", "t.example", "/a#b\\c"),
        ("https:////t.example/a", "t.example", "/a"),
        ("https:t.example/a", "t.example", "/a"),
        ("https:/t.example/a", "t.example", "/a"),
        ("https:\\t.example/a", "t.example", "/a"),
        # what the parser drops and trims
        (" \x00\x1fhttps://t.example/a \n", "t.example", "/a"),
        ("ht\ttps:/\n/t.exa\rmple/a", "t.example", "/a"),
        ("/\t/t.example/a", "t.example", "/a"),
        # user names, ports, dots
        ("https://site.example@t.example/a", "t.example", "/a"),
        ("https://a:b@c@t.example:8443/a", "t.example", "/a"),
        ("https://t.example\\@site.example/a", "t.example", "/@site.example/a"),
        ("https://t.example:/a", "t.example", "/a"),
        ("https://t.example./a", "t.example", "/a"),
        ("https://t.example..:443/a", "t.example", "/a"),
        ("https://t.example?a/b", "t.example", "?a/b"),
        ("https://t.example#a", "t.example", "#a"),
        ("https://[2001:DB8::1]:8443/a", "[2001:db8::1]", "/a"),
        # written as entities in an attribute
        ("https&colon;&sol;&sol;t.example/a", "t.example", "/a"),
        ("&#x2f;&#47;t.example/a?b&amp;c", "t.example", "/a?b&c"),
        ("https:&Tab;//t.example/a", "t.example", "/a"),
        # hosts that we do not read: nobody's
        ("https://%74.example/a", "?", "/a"),
        ("https://mökki.example/a", "?", "/a"),
        ("https://t。example/a", "?", "/a"),
        ("https://t\u00ad.example/a", "?", "/a"),
        ("https://t .example/a", "?", "/a"),
        ("https:///", "?", "/"),
        ("https://:443/a", "?", "/a"),
        ("https://user@/a", "?", "/a"),
        ("//", "?", "/"),
    ],
)
def test_a_url_that_leaves_the_site_is_read_as_browsers_read_it(url: str, host: str, rest: str) -> None:
    assert split_url(url) == (host, rest)


@pytest.mark.parametrize(
    "url",
    ["", "/", "/a//b", "a/b", "?a=//t.example", "#//t.example", "./a", "../a", "a:b", "mailto:a@t.example",
     "javascript:fetch('//t.example')", "data:text/html,<script src=//t.example>", "blob:https://t.example/1",
     "about:blank", "httpsx://t.example", " /a", "/ /t.example", "a\\b"],
)  # fmt: skip
def test_a_url_that_stays_has_no_host(url: str) -> None:
    assert split_url(url) is None


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_read(url: str) -> None:
    for text in (url, "//" + url, "https:" + url):
        place = split_url(text)
        if place:
            assert place.host == place.host.lower() != ""
            assert place.rest[:1] in ("/", "?", "#")
            assert "/" not in place.host
            assert "@" not in place.host


@given(st.sampled_from(["https://", "//", "\\\\", "https:\\/", "\t//"]), st.text(" \t\n/\\@:.%ab?#[]&;", max_size=20))
def test_after_two_slashes_there_is_always_a_host(start: str, rest: str) -> None:
    assert split_url(start + rest) is not None


RULES = HostRules(
    [
        ("*.example.net", "whole"),
        ("*.cdn.example.net", "cdn"),
        ("www.example.net", "www"),
        ("www.example.net/maps/", "maps"),
        ("www.example.net/maps/embed", "embed"),
        ("www.example.net/js?id=G-", "tag"),
        ("www.example.net/*/pixel", "pixel"),
        ("other.example/only", "only"),
    ]
)


@pytest.mark.parametrize(
    ("host", "rest", "tag"),
    [
        ("a.example.net", "/", "whole"),
        ("a.b.example.net", "/", "whole"),
        ("a.cdn.example.net", "/", "cdn"),
        ("cdn.example.net", "/", "whole"),
        ("example.net", "/", None),
        ("badexample.net", "/", None),
        ("www.example.net", "/", "www"),
        ("www.example.net", "/maps/x", "maps"),
        ("www.example.net", "/maps/embed?q", "embed"),
        ("www.example.net", "/mapsx", "www"),
        ("www.example.net", "/js?id=G-1", "tag"),
        ("www.example.net", "/js?id=AW-1", "www"),
        ("www.example.net", "/a/b/pixel.gif", "pixel"),
        ("www.example.net", "/pixel", "www"),
        ("other.example", "/only/this", "only"),
        ("other.example", "/", None),
        ("a.other.example", "/only", None),
        ("?", "/", None),
        ("", "", None),
    ],
)
def test_the_most_specific_pattern_wins(host: str, rest: str, tag: str | None) -> None:
    assert RULES.find(host, rest) == tag


def test_the_order_in_which_patterns_are_given_does_not_matter() -> None:
    patterns = [("w.example/", "a"), ("w.example/maps", "b"), ("w.example/maps/embed", "c")]
    for order in (patterns, patterns[::-1]):
        assert HostRules(order).find("w.example", "/maps/embed/1") == "c"


def test_everything_on_a_host_is_found_whatever_the_path() -> None:
    assert set(RULES.find_all("www.example.net")) == {"www", "maps", "embed", "tag", "pixel", "whole"}
    assert RULES.find_all("a.cdn.example.net") == ["cdn", "whole"]
    assert RULES.find_all("nobody.example") == []


def test_a_host_tells_whether_the_path_matters() -> None:
    assert RULES.tells_paths("www.example.net")
    assert RULES.tells_paths("other.example")
    assert not RULES.tells_paths("a.example.net")
    assert not RULES.tells_paths("nobody.example")


def test_dots_in_a_pattern_are_dots() -> None:
    rules = HostRules([("w.example/a.b*c", "x")])
    assert rules.find("w.example", "/a.b/1/c") == "x"
    assert rules.find("w.example", "/aXb/1/c") is None


@pytest.mark.parametrize(
    ("hosts", "domain"),
    [
        (["www.site.example", "shop.site.example"], "site.example"),
        (["site.example", "a.b.site.example"], "site.example"),
        (["a.site.example", "a.other.example"], ""),
        (["www.site.example"], "www.site.example"),
        (["site.example", "site.test"], ""),
        (["localhost"], ""),
        (["10.0.0.1"], ""),
        (["site.example", "127.0.0.1"], ""),
        (["[::1]"], ""),
        ([], ""),
    ],
)
def test_hosts_share_what_they_end_with_from_two_labels_on(hosts: list[str], domain: str) -> None:
    assert shared_domain(hosts) == domain


@pytest.mark.parametrize(
    ("rest", "tag"),
    [
        ("/maps/../tr?id=1", "pixel"),
        ("/maps/%2e%2E/tr?id=1", "pixel"),
        ("/./tr", "pixel"),
        ("/tr/../maps/", "map"),
        ("/../../maps/..", None),
        ("/maps/?next=/../tr", "map"),
    ],
)
def test_dots_in_a_path_are_resolved_before_it_is_matched(rest: str, tag: str | None) -> None:
    rules = HostRules([("www.example.net/tr", "pixel"), ("www.example.net/maps/", "map")])
    assert rules.find("www.example.net", rest) == tag
