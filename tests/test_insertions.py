"""What of ours goes into a page: what lies with a remembered page is what would be put together anew."""

from __future__ import annotations

import itertools
from pathlib import Path

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.gate import GatedResponse, Rules, Visit
from cookiegate.insertions import Composer
from cookiegate.notices import Notices
from cookiegate.policy import load_policy
from tests.stories.site import PAGE, POLICY

CHOICES = [
    UNDECIDED,
    Consent(True),
    Consent(True, frozenset(("pikseli",)), id="a" * 22),
    Consent(True, frozenset(("pikseli", "filmi")), frozenset(("marketing",)), id="b" * 22),
]
VISITS = [Visit(True, True, False), Visit(True, False, False), Visit(False, False, True)]


def test_a_remembered_page_brings_the_same_as_a_page_never_seen(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    rules = Rules(load_policy(tmp_path / "cookiegate.toml"))
    notices = Notices(rules.policy)
    remembering = Composer(notices, rules)
    states = itertools.product(CHOICES, VISITS, (b"fi", b"sv;q=0.5, en"), (b"/", b"/a?b"), (True, False))
    for state in list(states) * 2:
        assert insert(remembering, rules, *state) == insert(Composer(notices, rules), rules, *state)


def insert(
    composer: Composer, rules: Rules, consent: Consent, visit: Visit, language: bytes, path: bytes, inline: bool
) -> tuple[bytes, bytes, bytes, bool]:
    """The page as it goes out, and what of ours is in it."""
    allowance = rules.allowance(consent, "/")
    ours = composer.compose(allowance, consent, visit, language, path, b"", inline, True)
    response = GatedResponse(allowance, visit, lambda nonce, inline: ours)
    response.start(200, [(b"content-type", b"text/html")], True)
    body = response.recall(PAGE) or response.feed(PAGE) + response.close()
    return body, ours.guard, ours.control, ours.at_end


def test_a_page_with_a_nonce_or_behind_a_password_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    rules = Rules(load_policy(tmp_path / "cookiegate.toml"))
    composer = Composer(Notices(rules.policy), rules)
    allowance = rules.allowance(UNDECIDED, "/")
    for nonce, remember in ((b"abcdefgh", True), (b"", False)):
        assert composer.compose(allowance, UNDECIDED, VISITS[0], b"fi", b"/", nonce, True, remember).pages is None


def test_services_that_may_run_are_told_first_thing_behind_the_guard(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    rules = Rules(load_policy(tmp_path / "cookiegate.toml"))
    composer = Composer(Notices(rules.policy), rules)

    def open_page(consent: Consent, visit: Visit = VISITS[0], nonce: bytes = b"", inline: bool = True) -> bytes:
        allowance = rules.allowance(consent, "/")
        return composer.compose(allowance, consent, visit, b"fi", b"/", nonce, inline, True).guard

    analytics = frozenset(("google-analytics",))
    given = Consent(True, analytics, frozenset(("statistics",)), id="a" * 22)
    anew = Consent(False, analytics, id="a" * 22, unanswered=frozenset(("pikseli",)))
    for told in (given, anew):
        head = open_page(told)
        assert head.startswith(b"<script data-names=")
        assert head.count(b' data-run="google" data-given="google-analytics">') == 1
        assert open_page(told, VISITS[1]) == head, "a frame is told as well"
        assert open_page(told, VISITS[2]) == b"", "a fragment stands in a page that was told"
        assert open_page(told, nonce=b"abcdefgh").count(b'<script nonce="abcdefgh"') == 2
        assert b"/hooks.js" in open_page(told, inline=False)
    for silent in (UNDECIDED, Consent(True), CHOICES[2]):
        assert b"data-run" not in open_page(silent)
