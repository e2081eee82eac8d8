"""What of a request is kept as a visit."""

from __future__ import annotations

import dataclasses
import random
import subprocess
import sys
from collections import deque
from contextlib import closing
from pathlib import Path
from string import ascii_letters, ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.policy import Policy
from cookiegate.register import Visit, visit_from
from cookiegate.register.preparation import Preparation
from cookiegate.register.redaction import _reduce_path, reduce_path
from cookiegate.register.visits import day_of
from cookiegate.store import VisitRow, open_store

PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it


def visit(policy: Policy, **given: str) -> Visit:
    request = {"address": "203.0.113.77", "path": "/", "referrer": "", "agent": "Mozilla/5.0"} | given
    return visit_from(policy, time=1_772_323_200, status=200, **request)


def prepare(tmp_path: Path, policy: Policy, *visits: Visit) -> VisitRow:
    """The row of the last of them."""
    with closing(open_store(f"sqlite:///{tmp_path}/site.db")) as store:
        return Preparation(policy, lambda day: None).take(store, deque(visits), len(visits))[1][-1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("", "/"),
        ("*", "/*"),
        ("/tuotteet/lauta-22x100/", "/tuotteet/lauta-22x100/"),
        ("/hae?q=diabetes&email=aino@posti.example", "/hae"),
        ("/hae%3Fq=diabetes", "/hae"),
        ("/sivu#kohta", "/sivu"),
        ("/tilaus;jsessionid=8F3A", "/tilaus"),
        ("//tuotteet///lauta", "/tuotteet/lauta"),
        ("/peruuta/aino.esimerkki@posti.example/kyllä", "/peruuta/[email]/kyllä"),
        ("/peruuta/aino%40posti.example", "/peruuta/[email]"),
        ("/@aino", "/@aino"),  # a name chosen to be public, not an address
        ("/tilaus/12345", "/tilaus/12345"),
        ("/tilaus/123456", "/tilaus/[number]"),
        ("/hetu/010190-123A", "/hetu/[number]-123A"),
        ("/a\x1b[31m\r\nb\u202ec", "/a[31mbc"),
        ("/\ud800a", "/a"),
        ("/peruuta/aino%2540posti.example", "/peruuta/[email]"),
        ("/peruuta/aino%252540posti.example/x", "/peruuta/[email]/x"),
        ("/peruuta/%2561ino%2540posti%252Eexample", "/peruuta/[email]"),
        ("/peruuta/aino＠posti.example", "/peruuta/[email]"),
        ("/peruuta/aino(at)posti.example", "/peruuta/[email]"),
        ("/tilaus/%2531%2532%2533%2534%2535%2536", "/tilaus/[number]"),
        ("/tilaus/１２３４５６", "/tilaus/[number]"),
        ("/syvällä%2525252525252540posti", "/syvällä"),
        ("/hae%253Fq=diabetes", "/hae"),
        ("/vaihda/550e8400-e29b-41d4-a716-446655440000", "/vaihda/[token]"),
        ("/vaihda/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "/vaihda/[token]"),
        ("/vaihda/kQ3xYp9LmN2vBc7RtZ1wSd5F", "/vaihda/[token]"),
        ("/vaihda/Xk3-9fA_bQ2mZ7tLw1YcRe-4hJ8", "/vaihda/[token]"),
        ("/vaihda/LIfkgeLBQ-RCUNyTf83Kjg", "/vaihda/[token]"),
        ("/vaihda/h2k9x4m1p7q3r8s5t0u6v2w9y4z1b3c5", "/vaihda/[token]"),
        ("/vaihda/JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP.html", "/vaihda/[token].html"),
        ("/koivu-100x200x300-sahatavara-mitallistettu", "/koivu-100x200x300-sahatavara-mitallistettu"),
        ("/tuotteet/PT-3000-XL-4x4-vinssi-12V", "/tuotteet/PT-3000-XL-4x4-vinssi-12V"),
        ("/iPhone15ProMax256GB-black-leather-cover", "/iPhone15ProMax256GB-black-leather-cover"),
        ("/h264-x265-av1-vp9-mp3-aac-flac", "/h264-x265-av1-vp9-mp3-aac-flac"),
        ("/blogi/Raportti-2026-talvi-Lopullinen", "/blogi/Raportti-2026-talvi-Lopullinen"),
        ("/blogi/2026/11/28/pitkospuutoimittajavalinta", "/blogi/2026/11/28/pitkospuutoimittajavalinta"),
        ("/alennus-100%", "/alennus-100%"),
    ],
)
def test_a_path_loses_what_may_name_a_person(path: str, expected: str) -> None:
    assert reduce_path(path) == expected


@pytest.mark.parametrize(
    ("letters", "length"),
    [(ascii_letters + digits + "-_", 22), (ascii_letters + digits + "-_", 43), (ascii_lowercase + digits, 25)],
    ids=["128 bits in base64url", "256 bits in base64url", "128 bits in base36"],
)
def test_of_a_hundred_secrets_in_links_hardly_one_is_taken_for_words(letters: str, length: int) -> None:
    draw = random.Random(5)
    drawn = ["".join(draw.choices(letters, k=length)) for _ in range(3000)]
    kept = sum(reduce_path(f"/vaihda/{each}") == f"/vaihda/{each}" for each in drawn)
    assert kept < 0.02 * len(drawn)


@given(st.text(max_size=5000))
def test_a_path_is_bounded_printable_and_storable(path: str) -> None:
    reduced = reduce_path(path)
    assert reduced.startswith("/")
    assert len(reduced) <= 2048
    assert not any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in reduced.encode().decode())


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("", ("", False)),
        ("https://search.example/find?q=aino+esimerkki", ("https://search.example", False)),
        ("HTTPS://Search.Example:8443/", ("https://search.example:8443", False)),
        ("https://aino:salasana@search.example/", ("https://search.example", False)),
        ("https://www.koivurannansaha.example/tuotteet", ("", True)),
        ("http://WWW.koivurannansaha.example.:8080/", ("", True)),
        ("http://127.0.0.1:8000/", ("", True)),  # as the policy says
        ("http://192.168.1.20/cam", ("", False)),  # somebody's home
        ("http://[2001:db8::1]/", ("", False)),
        ("android-app://com.example.app", ("", False)),
        ("javascript:alert(1)", ("", False)),
        ("https://", ("", False)),
        ("https://search.example\r\nX: y", ("", False)),
        ("http://www.koivurannansaha.example.evil.example", ("http://www.koivurannansaha.example.evil.example", False)),
        ("https://" + "@" * 60_000, ("", False)),
    ],
)  # fmt: skip
def test_of_a_referrer_only_another_sites_origin_is_kept(
    policy: Policy, referrer: str, expected: tuple[str, bool]
) -> None:
    kept = visit(policy, referrer=referrer)
    assert (kept.referrer, kept.own) == expected


def test_the_address_is_truncated_as_the_policy_says(policy: Policy) -> None:
    assert visit(policy).address == "203.0.113.0/24"
    assert visit(policy, address="unix:").address == ""
    coarser = dataclasses.replace(policy, visits=dataclasses.replace(policy.visits, ipv4_bits=16))
    assert visit(coarser).address == "203.0.0.0/16"


def test_an_agent_is_cut_and_only_its_families_are_written(tmp_path: Path, policy: Policy) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0 secret-build-4711"
    assert len(visit(policy, agent="x" * 65_536).agent) == 256
    row = prepare(tmp_path, policy, visit(policy, agent=agent))
    assert (row.browser, row.system, row.device, row.bot) == ("Firefox 131", "Linux", "desktop", False)
    assert row.day == "2026-03-01"
    assert "secret-build-4711" not in str(row)


def test_a_usual_path_is_reduced_in_one_step_to_what_it_is_reduced_to_in_many() -> None:
    draw = random.Random(5)
    plain = ["/", "/", "a", "Z", "12345", "6", "aBcDeF", "f0", ".", "-", "_"]
    pieces = [*plain, "@", "%40", "?", ";", "#", "%3F", "\x00", "\u202e", "ä"]
    paths = ["".join(draw.choices(pieces[: draw.choice((11, 20))], k=draw.randrange(12))) for _ in range(20_000)]
    assert sum(reduce_path(path) == path for path in paths) > 1000
    long = ["/" + "a" * 2047, "/" + "a" * 2048, "/" + "f0" * 12, "/" + "aB" * 30, "/" + "aB" * 10 + "1"]
    for path in [*paths, *long, "/a\n", "/a/\n", "/12345", "/123456", "/1234５6"]:
        assert reduce_path(path) == _reduce_path(path)


def test_a_day_ends_at_midnight_in_utc() -> None:
    midnight = 1_772_323_200
    days = [day_of(midnight + seconds) for seconds in (-1, -0.001, 0, 86_399.9, 86_400)]
    assert days == ["2026-02-28", "2026-02-28", "2026-03-01", "2026-03-01", "2026-03-02"]


HOSTILE = """
from cookiegate.register.redaction import reduce_path, reduce_value
for number in range(100):
    reduce_path("/" + "a" * 4090 + "[" + str(number))
    reduce_path("/" + "\\u3300" * 4090 + "[" + str(number))
    reduce_value("\\u3300" * 250 + "@[" + str(number))
"""


def test_no_address_stops_the_loop() -> None:
    """Hundreds of them, each of which took a second: who waits for that in vain is told here."""
    subprocess.run([sys.executable, "-c", HOSTILE], check=True, timeout=PATIENCE)
