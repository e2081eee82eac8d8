"""Cookies in both directions: what passes keeps its bytes and order, what may not pass is gone."""

from __future__ import annotations

import pytest

from cookiegate.gate import expire_cookies, filter_cookie_header, read_cookies
from cookiegate.gate.cookies import passes_set_cookie

from .site import REFUSED, REPORTING, allow

PASSING = (
    b"sid=1",
    b"sid=1; Path=/; HttpOnly",
    b"sid=abc; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; SameSite=Lax",
    b"sid=a=b=c; Path=/",
    b'sid="quoted; Path=/"',
    b" sid = spaced ; Path=/",
    b"sid=",
    b"sid=\xe4\xff; Path=/",
    b"sid=_ga=1",
)
STOPPED = (
    b"_ga=GA1.2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/",
    b"_laskuri=1; Max-Age=99",
    b"laskuri_x=1",
    b"_pik=1",
    b"SID=1",
    b"sid2=1",
    b"xsid=1",
    b"basket-1=x",
    b"mk=1",
    b"nameless",
    b"=__Host-cookiegate=x",
    b"; Path=/",
    b"",
    b"sid\x00=1",
    b"sid=1\r\nSet-Cookie: _ga=2",
    b"sid=1\n_ga=2",
    b"sid=1\x00",
    b"cookiegate=x",
    b"__Host-cookiegate=x; Path=/; Secure",
    b"__hOsT-cookiegate=x; Path=/; Secure",
    b"__SECURE-cookiegate=x; Domain=site.example",
    b"CookieGate=x",
    b"__Host-cookiegate-objection=1",
    b"cookiegate-objection=1",
    b" \t__Host-cookiegate\t=x",
)


@pytest.mark.parametrize("header", PASSING)
def test_a_necessary_cookie_passes(header: bytes) -> None:
    assert passes_set_cookie(header, REFUSED) == (True, "sid")


@pytest.mark.parametrize("header", STOPPED)
def test_any_other_cookie_is_stopped(header: bytes) -> None:
    assert not passes_set_cookie(header, REFUSED)[0]


def test_a_stopped_cookie_is_named_for_the_report() -> None:
    assert passes_set_cookie(b" _ga =1; Path=/", REFUSED) == (False, "_ga")
    assert passes_set_cookie(b"nameless", REFUSED) == (False, "")


def test_a_given_service_sets_the_cookies_it_declared_and_no_others() -> None:
    given = allow("laskuri", "filmi")
    names = (b"_laskuri", b"laskuri_", b"laskuri_session", b"laskuri", b"_pik", b"FILMI")
    assert [passes_set_cookie(name + b"=1", given)[0] for name in names] == [True, True, True, False, False, False]


def test_a_cookie_that_is_necessary_on_some_pages_passes_there_alone() -> None:
    assert passes_set_cookie(b"basket-1=x", allow(path="/shop/cart"))[0]
    assert passes_set_cookie(b"mk=x", allow(path="/pay/"))[0]
    assert not passes_set_cookie(b"mk=x", allow(path="/shop/"))[0]


def test_nobody_but_us_sets_our_cookies_even_where_nothing_is_blocked() -> None:
    reporting = allow(policy=REPORTING)
    assert passes_set_cookie(b"_ga=1", reporting)[0]
    assert not passes_set_cookie(b"__hOsT-cookiegate=x", reporting)[0]
    assert not passes_set_cookie(b"sid=1\r\nX: y", reporting)[0]


def test_the_request_keeps_what_may_be_read_in_its_bytes_and_order() -> None:
    header = b'_ga=1;  sid="a b" ; _laskuri=2;sid=second; other=_ga=3'
    assert filter_cookie_header(header, REFUSED) == (b'sid="a b" ;sid=second', (b"_ga", b"_laskuri", b"other"))


def test_a_request_with_nothing_to_take_out_is_the_same_object() -> None:
    header = b"sid=1; sid=2"
    assert filter_cookie_header(header, REFUSED)[0] is header


def test_our_own_cookies_are_taken_out_without_a_word() -> None:
    header = b"__Host-cookiegate=x; sid=1; COOKIEGATE=y; __host-CookieGate-objection=1"
    assert filter_cookie_header(header, REFUSED) == (b"sid=1", ())
    assert filter_cookie_header(b"__Secure-cookiegate=x", allow(policy=REPORTING)) == (b"", ())


def test_nameless_and_empty_parts_of_a_request_do_not_pass_for_names() -> None:
    assert filter_cookie_header(b"sid; ;=sid; sid=1", REFUSED) == (b"sid=1", (b"", b""))


def test_cookies_are_read_as_sent() -> None:
    assert list(read_cookies(b' a = 1 ;b="x;y"; =c; d; ;e==f=')) == [
        (b"a", b"1"), (b"b", b'"x'), (b"", b'y"'), (b"", b"c"), (b"", b"d"), (b"e", b"=f="),
    ]  # fmt: skip


class Counted(bytes):
    """Bytes that count how often they were split or searched, and let nothing else be done with the whole."""

    steps = 0

    def split(self, *how: object) -> list[bytes]:
        Counted.steps += 1
        return super().split(*how)  # type: ignore[arg-type]


def test_a_hostile_header_is_read_in_one_pass() -> None:
    for size in (1_000, 64_000):
        Counted.steps = 0
        header = Counted(b'sid="' + b'\\"' * (size // 2) + b'"; _ga=1; sid=2')
        assert [name for name, _ in read_cookies(header)] == [b"sid", b"_ga", b"sid"]
        kept, removed = filter_cookie_header(header, REFUSED)
        assert (kept, removed) == (bytes(header).replace(b" _ga=1;", b""), (b"_ga",))
        assert Counted.steps == 2


def test_a_header_of_nothing_but_semicolons_is_emptied() -> None:
    assert filter_cookie_header(b";" * 64_000, REFUSED) == (b"", ())


def test_a_cookie_is_expired_on_the_host_its_parents_and_every_folder() -> None:
    expired = expire_cookies([b"_ga"], "www.shop.site.example", "/a/b/c.html")
    domains = ("", "; Domain=www.shop.site.example", "; Domain=shop.site.example", "; Domain=site.example")
    folders = ("/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c.html")
    assert set(expired) == {
        f"_ga=; Max-Age=-1; Path={folder}{domain}".encode() for folder in folders for domain in domains
    }
    assert len(expired) == len(set(expired))


@pytest.mark.parametrize("host", ["192.0.2.7", "[2001:db8::1]", "localhost", "intranet"])
def test_an_address_or_single_name_gets_no_domain(host: str) -> None:
    assert expire_cookies([b"_ga"], host, "/") == [b"_ga=; Max-Age=-1; Path=/"]


def test_prefixed_names_are_expired_over_tls() -> None:
    for name in (b"__Host-x", b"__Secure-x", b"__hOST-x"):
        assert all(value.endswith(b"; Secure") for value in expire_cookies([name], "site.example", "/"))
    assert not any(b"Secure" in value for value in expire_cookies([b"_ga"], "site.example", "/"))


@pytest.mark.parametrize("name", [b"", b"a b", b"a;b", b"a,b", b"a=b", b'a"b', b"a\r\nb", b"\xe4", b"a" * 257])
def test_a_name_that_could_be_more_than_a_name_is_not_repeated(name: bytes) -> None:
    assert expire_cookies([name], "site.example", "/") == []


@pytest.mark.parametrize("path", ["/a;b/", "/a\r\nX: y/", "/a b/", "/ä/"])
def test_a_path_that_could_be_more_than_a_path_is_not_repeated(path: str) -> None:
    for value in expire_cookies([b"_ga"], "intranet", path):
        assert value.count(b";") == 2
        assert value.isascii()
        assert b"\r" not in value
        assert b" b" not in value


def test_what_is_expired_at_once_has_a_limit() -> None:
    names = [b"n%d" % number for number in range(200)]
    expired = expire_cookies([*names, b"n0"], "intranet", "/")
    assert expired == [b"n%d=; Max-Age=-1; Path=/" % number for number in range(len(expired))]
    assert len(expired) > 40
    assert sum(len(line) + 14 for line in expired) <= 2048, "proxies bound a response's headers"


def test_every_name_is_expired_at_its_usual_places_before_any_at_the_others() -> None:
    names = [b"_ga", b"_gid", b"_fbp", b"_ga_ABCDEF", b"_gcl_au", b"_hjid"]
    expired = expire_cookies(names, "www.kauppa.example", "/fi/tuotteet/kengat/talvi")
    for name in names:
        assert name + b"=; Max-Age=-1; Path=/" in expired
        assert name + b"=; Max-Age=-1; Path=/; Domain=kauppa.example" in expired


def test_a_host_that_is_none_reaches_no_header() -> None:
    assert expire_cookies([b"_ga"], "evil.example; path=/x", "/") == [b"_ga=; Max-Age=-1; Path=/"]


def test_a_long_path_has_its_first_folders_expired() -> None:
    assert len(expire_cookies([b"_ga"], "intranet", "/a" * 1000)) <= 11
