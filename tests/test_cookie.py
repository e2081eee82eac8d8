"""Our own cookies: what they are called, how long they live, and which of those sent is believed."""

from __future__ import annotations

import dataclasses
from http.cookies import SimpleCookie

import pytest

from cookiegate.consent import UNDECIDED, Consent, Token, decide
from cookiegate.cookie import OwnCookies
from cookiegate.policy import compile_policy

DAY = 20_780
POLICY = compile_policy(
    {
        "site": {"name": "Lumikello", "hosts": ["www.lumikello.example", "kauppa.lumikello.example"]},
        "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
        "purposes": {"statistics": {"services": ["matomo"]}},
    }
)
SHARED = dataclasses.replace(POLICY, consent=dataclasses.replace(POLICY.consent, scope="domain"))
TOKEN = Token(POLICY, ["s" * 32])
OWN = OwnCookies(POLICY, TOKEN)
WIDE = OwnCookies(SHARED, TOKEN)
GIVEN = decide(POLICY, UNDECIDED, "accept", (), (), DAY)
REFUSED = decide(POLICY, UNDECIDED, "refuse", (), (), DAY)


def read_attributes(value: str) -> tuple[str, str, dict[str, str]]:
    pair, *attributes = value.split("; ")
    name, _, content = pair.partition("=")
    return name, content, dict(each.partition("=")[::2] for each in attributes)


def send(consent: Consent, name: bytes = b"__Host-cookiegate") -> bytes:
    return b"a=1; " + name + b"=" + TOKEN.seal(consent).encode() + b"; b=2"


@pytest.mark.parametrize("consent", [GIVEN, REFUSED], ids=["given", "refused"])
def test_over_tls_a_choice_is_kept_by_this_host_alone_and_out_of_reach_of_scripts(consent: Consent) -> None:
    name, value, attributes = read_attributes(OWN.remember(consent, secure=True, today=DAY))
    assert name == "__Host-cookiegate"
    assert TOKEN.open(value.encode(), DAY) == consent
    assert attributes == {
        "Path": "/",
        "Max-Age": str(183 * 86_400),
        "SameSite": "Lax",
        "HttpOnly": "",
        "Secure": "",
    }


def test_yes_and_no_are_remembered_equally_long() -> None:
    yes, no = (read_attributes(OWN.remember(consent, secure=True, today=DAY))[2] for consent in (GIVEN, REFUSED))
    assert yes == no


def test_what_completes_an_earlier_choice_leaves_the_browser_with_it() -> None:
    later = read_attributes(OWN.remember(GIVEN, secure=True, today=DAY + 100))[2]
    assert later["Max-Age"] == str(83 * 86_400)


def test_on_plain_http_it_has_a_plain_name() -> None:
    name, _, attributes = read_attributes(OWN.remember(GIVEN, secure=False, today=DAY))
    assert name == "cookiegate"
    assert attributes == {"Path": "/", "Max-Age": str(183 * 86_400), "SameSite": "Lax", "HttpOnly": ""}


def test_one_choice_for_the_domain_is_shared_by_name_and_domain() -> None:
    name, _, attributes = read_attributes(WIDE.remember(GIVEN, secure=True, today=DAY))
    assert name == "__Secure-cookiegate"
    assert attributes["Domain"] == "lumikello.example"
    assert "Secure" in attributes
    assert read_attributes(WIDE.remember(GIVEN, secure=False, today=DAY))[2]["Domain"] == "lumikello.example"


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("consent", [GIVEN, REFUSED], ids=["given", "refused"])
@pytest.mark.parametrize("own", [OWN, WIDE], ids=["host", "domain"])
def test_what_is_set_is_what_is_read(own: OwnCookies, consent: Consent, secure: bool) -> None:
    header = own.remember(consent, secure, DAY).partition(";")[0].encode()
    assert own.read(header, secure, DAY) == consent
    assert own.read(b"x=1; " + header + b"; y=2", secure, DAY) == consent
    assert own.identify(header, secure) == consent.id


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"a=1",
        send(GIVEN, b"cookiegate"),
        send(GIVEN, b"__Secure-cookiegate"),
        send(GIVEN, b"__hOsT-cookiegate"),
        send(GIVEN, b"x__Host-cookiegate"),
        send(GIVEN, b"__Host-cookiegate-objection"),
        send(GIVEN).replace(b"=2~", b"=\"2~"),
        b"__Host-cookiegate",
        b"__Host-cookiegate=",
    ],
    ids=["nothing", "a stranger", "of plain http", "of a domain", "in other letters", "a longer name", "an objection",
         "quoted", "a name alone", "empty"],
)  # fmt: skip
def test_anything_else_is_no_decision(header: bytes) -> None:
    assert OWN.read(header, True, DAY) == UNDECIDED


OLDER = decide(POLICY, UNDECIDED, "accept", (), (), DAY - 1)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [(OLDER, REFUSED, REFUSED), (GIVEN, REFUSED, REFUSED), (dataclasses.replace(REFUSED, day=DAY - 1), GIVEN, GIVEN)],
    ids=["taken back", "taken back the same day", "given later"],
)
def test_of_two_choices_the_newer_holds_or_that_which_gives_less(one: Consent, other: Consent, wanted: Consent) -> None:
    """Browsers send the older cookie first (RFC 6265, section 5.4), and servers must not rely on that."""
    for first, second in ((one, other), (other, one)):
        header = b"; ".join(b"__Secure-cookiegate=" + TOKEN.seal(each).encode() for each in (first, second))
        assert WIDE.read(header, True, DAY) == wanted
        assert WIDE.read(b"__Secure-cookiegate=nothing; " + header, True, DAY) == wanted


def test_a_choice_on_another_domain_is_expired_and_not_the_one_that_is_kept() -> None:
    places = ("", "; Domain=www.lumikello.example")
    gone = [f"__Secure-cookiegate=; Max-Age=-1; Path=/{place}; Secure".encode() for place in places]
    assert WIDE.expire_others("www.lumikello.example", True) == gone
    assert OWN.expire_others("www.lumikello.example", True) == [], "no other host could set its name"


def test_a_cookie_of_plain_http_is_not_believed_over_tls_nor_the_other_way_round() -> None:
    assert OWN.read(send(GIVEN, b"cookiegate"), False, DAY) == GIVEN
    assert OWN.read(send(GIVEN, b"__Host-cookiegate"), False, DAY) == UNDECIDED


def test_an_expired_choice_is_no_decision_but_names_its_record() -> None:
    assert OWN.read(send(GIVEN), True, DAY + 183) == UNDECIDED
    assert OWN.identify(send(GIVEN), True) == GIVEN.id != ""
    assert OWN.identify(b"a=1", True) == ""


@pytest.mark.parametrize(("secure", "wanted"), [(True, "__Host-cookiegate-objection"), (False, "cookiegate-objection")])
def test_an_objection_is_remembered_without_an_id_and_can_be_taken_back(secure: bool, wanted: str) -> None:
    name, value, attributes = read_attributes(OWN.remember_objection(True, secure, signalled=False))
    assert (name, value) == (wanted, "1")
    assert attributes["Max-Age"] == str(400 * 86_400)
    assert "HttpOnly" in attributes
    assert ("Secure" in attributes) == secure
    assert read_attributes(OWN.remember_objection(False, secure, signalled=False))[2]["Max-Age"] == "0"
    assert OWN.objects(f"a=1; {wanted}=1".encode(), secure, signalled=False)
    for header in (b"", f"{wanted}=0".encode(), f"x{wanted}=1".encode(), f"a={wanted}=1".encode()):
        assert not OWN.objects(header, secure, signalled=False)


@pytest.mark.parametrize("secure", [True, False])
def test_a_browsers_objection_holds_until_the_visitor_allows_the_log(secure: bool) -> None:
    wanted = read_attributes(OWN.remember_objection(True, secure, signalled=True))[0]
    allowed = OWN.remember_objection(False, secure, signalled=True)
    assert read_attributes(allowed)[1] == "0"
    assert read_attributes(allowed)[2]["Max-Age"] == str(400 * 86_400)
    assert OWN.objects(b"", secure, signalled=True)
    assert OWN.objects(f"{wanted}=1".encode(), secure, signalled=True)
    assert not OWN.objects(f"{wanted}=0".encode(), secure, signalled=True)
    assert OWN.objects(f"{wanted}=0; {wanted}=1".encode(), secure, signalled=True), "of two, the one that objects"


def test_a_browser_can_read_what_is_set() -> None:
    jar = SimpleCookie(OWN.remember(GIVEN, secure=True, today=DAY))
    assert jar["__Host-cookiegate"].value == TOKEN.seal(GIVEN)
