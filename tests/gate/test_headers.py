"""Response headers that make a browser ask someone: what leads elsewhere goes, the rest keeps its bytes."""

from __future__ import annotations

import pytest

from cookiegate.gate.allowance import Verdict
from cookiegate.gate.headers import allows_inline, filter_link, read_nonce, strip_foreign_reports

from .gated import gate
from .site import REFUSED, REPORTING, allow

ALL = allow("laskuri", "filmi")


def link(value: bytes) -> tuple[bytes, list[Verdict]]:
    denied: list[Verdict] = []
    return filter_link(value, REFUSED, denied), denied


@pytest.mark.parametrize(
    "value",
    [
        b"</own.css>; rel=preload; as=style",
        b"<https://cdn.example/a.js>; rel=preload; as=script, </b>; rel=next",
        b'<https://other.example/wp-json/>; rel="https://api.w.org/"',
        b'<https://other.example/>; rel=https://api.w.org/, <https://other.example/?p=7>; rel=shortlink',
        b'<https://other.example/>; rel="canonical author"',
        b"<https://t.example/license>; rel=license;  title=\"a, b; <c>\"",
        b"<https://t.example/norel>",
        b"",
    ],
)  # fmt: skip
def test_a_link_that_makes_nobody_ask_keeps_its_bytes(value: bytes) -> None:
    assert link(value) == (value, [])


@pytest.mark.parametrize(
    "rel",
    ["preload", "PRELOAD", '"preload"', '"author stylesheet"', "modulepreload", "prefetch", "preconnect",
     "dns-prefetch",
     "icon", "stylesheet", "prerender", "next", "compression-dictionary"],
)  # fmt: skip
def test_a_link_that_makes_the_browser_ask_elsewhere_is_dropped(rel: str) -> None:
    value, denied = link(b"<https://t.example/x>;as=script; rel=" + rel.encode())
    assert value == b""
    assert [verdict.host for verdict in denied] == ["t.example"]


def test_of_several_links_the_others_stay_in_order() -> None:
    value = (
        b'</a>; rel=preload; title="x, <//t.example>; y", <//t.example/b>; rel=preload ,<https://x.laskuri.example>; '
        b"rel=preconnect,</c>;rel=stylesheet , <//t.example/d>; rel=canonical"
    )
    kept, denied = link(value)
    assert kept == (
        b'</a>; rel=preload; title="x, <//t.example>; y", </c>;rel=stylesheet, <//t.example/d>; rel=canonical'
    )
    assert [(verdict.service, verdict.host) for verdict in denied] == [
        ("", "t.example"), ("laskuri", "x.laskuri.example"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        b'<https://t.example/>; title="x;rel=foo"; rel=preconnect',
        b'<https://t.example/>; title="x; rel=foo;";rel="preconnect"',
        b'<https://t.example/>; title="\\";rel=foo;y=\\""; rel=preconnect',
        b"<https://t.example/>; rel=preconnect, nonsense",
        b"nonsense, <\\\\t.example/>; rel=preconnect",
        b"nonsense, <https:t.example/>; rel=preconnect",
        b"nonsense, </\t/t.example/>; rel=preconnect",
    ],
)
def test_no_quoting_hides_what_a_link_does(value: bytes) -> None:
    assert link(value)[0] == b""


def test_no_dictionary_of_the_site_itself_is_fetched() -> None:
    assert link(b"</a>; rel=icon, </d>; rel=compression-dictionary") == (b"</a>; rel=icon", [])


def test_the_first_rel_of_a_link_counts() -> None:
    assert link(b"<//t.example/x>; rel=me; rel=preload") == (b"<//t.example/x>; rel=me; rel=preload", [])
    assert link(b"<//t.example/x>; rel=preload; rel=me")[0] == b""


def test_a_connection_passes_where_anything_on_the_host_may() -> None:
    given = allow("filmi")
    denied: list[Verdict] = []
    assert filter_link(b"<https://shared.example>; rel=preconnect", given, denied)
    assert not filter_link(b"<https://shared.example/pikseli/x.js>; rel=preload", given, denied)


def test_what_is_no_list_of_links_may_not_name_another_host() -> None:
    assert link(b"nonsense, </a>; rel=preload") == (b"nonsense, </a>; rel=preload", [])
    assert link(b"</a>; rel=preload, nonsense <https://t.example/x>; rel=preload")[0] == b""


def test_a_hostile_link_header_ends() -> None:
    assert link(b"<a>" + b"; a=b" * 10_000 + b" x")[0]
    assert link(b"<a>; rel=" + b" " * 10_000 + b"x <//t.example>")[0] == b""


@pytest.mark.parametrize("name", ["reporting-endpoints", "report-to", "nel", "sourcemap"])
@pytest.mark.parametrize(
    ("value", "passes"),
    [
        (b'a="https://t.example/r"', False),
        (b'{"group":"a","endpoints":[{"url":"https:\\/\\/t.example\\/r"}]}', False),
        (b'a="https://cdn.example/r", b="//t.example/r"', False),
        (b'a="/own", b="https://site.example/r"', True),
        (b'a="HTTPS://T.EXAMPLE/"', False),
        (b'a="https:t.example/r"', False),
        (b'a="\\\\t.example/r"', False),
        (b'a="https://site.example,@t.example/r"', False),
        (b"{}", True),
    ],
)
def test_reports_are_sent_to_nobody_else(name: str, value: bytes, passes: bool) -> None:
    assert (gate([(name, value)], allowance=ALL).all(name) == [value.decode()]) is passes


@pytest.mark.parametrize("name", ["reporting-endpoints", "report-to", "nel"])
def test_where_to_report_is_kept_by_the_browser_once_everything_was_agreed_to(name: str) -> None:
    own = [(name, 'a="/report?visitor=4711"')]
    assert gate(own).all(name) == gate(own, allowance=allow("laskuri")).all(name) == []
    assert gate(own, allowance=ALL).all(name) == gate(own, allowance=allow(policy=REPORTING)).all(name) == [own[0][1]]


@pytest.mark.parametrize("name", ["use-as-dictionary", "secure-session-registration", "sec-session-registration"])
def test_no_browser_is_told_what_to_say_of_itself_with_each_request(name: str) -> None:
    said = [("content-type", "text/javascript"), (name, 'match="/*", id="visitor-4711"')]
    assert gate(said, allowance=ALL).all(name) == []
    assert gate(said, allowance=allow(policy=REPORTING)).all(name) == [said[1][1]]


@pytest.mark.parametrize(
    ("value", "passes"),
    [("5; url=https://t.example/", False), ("0;//t.example", False), ("5", True), ("0; url=/next", True),
     ("0; url='https://cdn.example/x'", True), ("0, URL=https:t.example", False),
     ("0;url=//site.example'@t.example/", False), ('0;url=//site.example"@t.example/', False),
     ("0;url='//t.example\"/'", False), ("0;url='https://cdn.example'@t.example/'", False),
     ("0;url='https://cdn.example/", True), ("0;'//t.example'", False), ("0 ;//t.example", False)],
)  # fmt: skip
def test_a_page_is_not_sent_elsewhere_by_refresh(value: str, passes: bool) -> None:
    assert bool(gate([("refresh", value)]).all("refresh")) is passes


def test_a_visitor_is_redirected_wherever_but_a_script_or_image_is_not() -> None:
    away = [("location", "https://t.example/x.js")]
    assert gate(away, status=302).all("location") == ["https://t.example/x.js"]
    assert gate(away, status=302, document=False).all("location") == []
    assert gate([("location", "/own")], status=302, document=False).all("location") == ["/own"]


def test_the_sites_own_policy_keeps_its_bytes_and_ours_stands_beside_it() -> None:
    own = "default-src 'self';  script-src 'nonce-abcdefgh12' ;report-uri /own;"
    policies = gate([("content-security-policy", own)]).all("content-security-policy")
    assert policies == [own, REFUSED.csp.decode()]


@pytest.mark.parametrize("name", ["content-security-policy", "content-security-policy-report-only"])
def test_the_sites_own_policy_reports_to_nobody_else(name: str) -> None:
    own = "default-src 'self'; Report-URI https://t.example/csp ; img-src *"
    assert gate([(name, own)]).all(name)[0] == "default-src 'self'; img-src *"


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ("img-src 'none', report-uri https://t.example/r", "img-src 'none',"),
        (
            "img-src *, report-uri //t.example; img-src 'none', report-uri /own",
            "img-src *, img-src 'none', report-uri /own",
        ),
        ("report-uri https:t.example", ""),
        ("report-uri \\\\t.example/r", ""),
        ("report-uri https://site.example'@t.example/", ""),
    ],
)
def test_each_policy_of_a_list_reports_to_nobody_else(own: str, sent: str) -> None:
    assert strip_foreign_reports(own.encode(), REFUSED, []) == sent.encode()


def test_only_the_report_of_a_policy_is_looked_at() -> None:
    denied: list[Verdict] = []
    own = b"img-src https://t.example/; report-uri /own https://site.example/r"
    assert strip_foreign_reports(own, REFUSED, denied) == own
    assert strip_foreign_reports(b"img-src https://t.example/", REFUSED, denied) == b"img-src https://t.example/"
    assert denied == []


@pytest.mark.parametrize(
    ("value", "nonce"),
    [
        (b"script-src 'nonce-abcDEF123+/_-=='", b"abcDEF123+/_-=="),
        (b"default-src 'none'; script-src 'self' 'nonce-abcdefgh' 'strict-dynamic'", b"abcdefgh"),
        (b"SCRIPT-SRC 'NONCE-abcdefgh'", b"abcdefgh"),
        (b"default-src 'nonce-abcdefgh'", b"abcdefgh"),
        (b"default-src 'nonce-defaults'; script-src 'nonce-ofscripts'", b"ofscripts"),
        (b"style-src 'nonce-abcdefgh'", b""),
        (b"script-src 'nonce-\"><script>'", b""),
        (b"script-src 'self'; style-src 'nonce-abcdefgh'", b""),
        (b"script-src 'self', style-src 'nonce-abcdefgh'", b""),
        (b"script-src 'nonce-short'", b""),
        (b"", b""),
    ],
)
def test_the_nonce_is_that_of_scripts(value: bytes, nonce: bytes) -> None:
    assert read_nonce(value) == nonce


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        (b"", True),
        (b"img-src 'self'; frame-ancestors 'none'", True),
        (b"default-src 'self'", False),
        (b"default-src 'self' 'unsafe-inline'", True),
        (b"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'", True),
        (b"script-src 'unsafe-inline'; style-src 'self'", False),
        (b"script-src 'self'; style-src 'unsafe-inline'", False),
        (b"script-src 'unsafe-inline' 'nonce-abcdefgh'", False),
        (b"script-src 'unsafe-inline' 'sha256-AAAA'", False),
        (b"script-src 'UNSAFE-INLINE' 'strict-dynamic'", False),
        (b"Script-Src 'Unsafe-Inline'", True),
        (b"script-src 'none'; script-src-elem 'unsafe-inline'", True),
        (b"script-src 'unsafe-inline'; script-src-elem 'self'", False),
        (b"img-src 'none', script-src 'self'", False),
        (b"img-src 'none', script-src 'unsafe-inline'", True),
        (b"script-src 'self'; script-src 'unsafe-inline'", False),
    ],
)
def test_inline_scripts_and_styles_pass_where_the_policy_says_so(value: bytes, allowed: bool) -> None:
    assert allows_inline(value) is allowed


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        (b"script-src 'nonce-abcdefgh'", True),
        (b"default-src 'nonce-abcdefgh'", True),
        (b"script-src 'NONCE-abcdefgh' 'strict-dynamic'; style-src 'unsafe-inline'", True),
        (b"script-src 'nonce-abcdefgh'; style-src 'nonce-abcdefgh'", True),
        (b"script-src 'nonce-abcdefgh'; style-src 'self'", False),
        (b"script-src 'nonce-abcdefgh'; default-src 'none'", False),
        (b"script-src 'nonce-abcdefgH'", False),
        (b"default-src 'self'", False),
    ],
)
def test_a_nonce_lets_inline_pass_where_it_stands_for_both(value: bytes, allowed: bool) -> None:
    assert allows_inline(value, b"abcdefgh") is allowed


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ("form-action 'none'", "form-action site.example:*/_cookiegate/ www.site.example:*/_cookiegate/"),
        (
            "default-src 'none';Form-Action https://maksu.example ; base-uri 'none'",
            "default-src 'none';Form-Action https://maksu.example site.example:*/_cookiegate/ "
            "www.site.example:*/_cookiegate/; base-uri 'none'",
        ),
        ("form-action", "form-action site.example:*/_cookiegate/ www.site.example:*/_cookiegate/"),
        ("form-action 'SELF'", "form-action 'SELF'"),
        ("form-action *;", "form-action *;"),
        ("default-src 'none'", "default-src 'none'"),
        ("img-src https://t.example/form-action; x-form-action 'none'", None),
    ],
)
def test_a_policy_that_forbids_forms_lets_ours_be_sent_and_no_other(own: str, sent: str | None) -> None:
    assert gate([("content-security-policy", own)]).all("content-security-policy")[0] == (sent or own)
