"""The names of questions: short, the same under every policy that asks the same, and never mistaken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent import UNDECIDED, Token, decide, list_asked_anew, questions

from .changing import DAY, SECRET, make_policy, save, send, untimed

LONG = {f"palvelu-{n:03}": (f"purpose-{n % 6}", 0, 0, 0, 0, 0) for n in range(180)}


ALL = make_policy(LONG)
CHANGED = make_policy(LONG | {"palvelu-007": ("purpose-1", 1, 0, 0, 0, 0)})


@untimed
@given(st.sets(st.sampled_from(sorted(LONG))))
def test_a_long_list_is_asked_again_purpose_by_purpose(chosen: set[str]) -> None:
    policy = ALL
    consent = save(policy, *chosen)
    assert send(consent, policy, policy) == consent
    after = send(consent, policy, CHANGED)
    asked = {id for id, (purpose, *_) in LONG.items() if purpose == "purpose-1"}
    assert after.unanswered == asked
    assert after.services == chosen - asked


@pytest.mark.parametrize("count", range(46, 54))
def test_however_many_services_there_are_each_answer_finds_room(count: int) -> None:
    policy = make_policy({id: LONG[id] for id in sorted(LONG)[:count]})
    for chosen in (sorted(policy.services), sorted(policy.services)[::2], sorted(policy.services)[:1], ()):
        consent = save(policy, *chosen)
        assert send(consent, policy, policy) == consent


def test_a_list_that_grows_long_or_short_keeps_its_answers() -> None:
    few = {id: LONG[id] for id in sorted(LONG)[:48]}
    more = few | {f"uusi-{n}": ("uudet", 0, 0, 0, 0, 0) for n in range(5)}
    short, long = make_policy(few), make_policy(more)
    chosen = sorted(few)[::3]
    grown = send(save(short, *chosen), short, long)
    assert (grown.services, grown.unanswered) == (set(chosen), more.keys() - few.keys())
    answered = decide(long, grown, "accept-new", (), list_asked_anew(long, grown), DAY)
    assert send(answered, long, long).services == {*chosen, *more} - (few.keys() - set(chosen))
    assert send(answered, long, short).services == set(chosen)


def test_while_some_of_a_purpose_is_unanswered_the_rest_of_it_keeps_its_answers() -> None:
    few = {id: LONG[id] for id in sorted(LONG)[:45]}
    more = few | {f"uusi-{n}": ("purpose-0", 0, 0, 0, 0, 0) for n in range(6)}
    short, long = make_policy(few), make_policy(more)
    chosen = sorted(few)[::2]
    grown = send(save(short, *chosen), short, long)
    one = decide(long, grown, "accept-new", (), ("uusi-1",), DAY)
    assert send(one, long, long).services == {*chosen, "uusi-1"}
    assert send(one, long, long).unanswered == grown.unanswered - {"uusi-1"}


def test_what_finds_no_room_in_the_cookie_is_asked_again_and_never_given() -> None:
    consent = UNDECIDED
    before = make_policy({})
    for n in range(20):
        policy = make_policy({f"palvelu-{n}-{m}": ("marketing", 0, 0, 0, 0, 0) for m in range(6)})
        consent = send(consent, before, policy) if n else save(policy)
        consent = decide(policy, consent, "refuse-new", (), policy.services, DAY)
        assert len(Token(policy, [SECRET]).seal(consent)) <= 380
        assert send(consent, policy, policy).decided, "what this policy asks comes first"
        assert send(consent, policy, policy).services == set()
        before = policy


def test_where_two_questions_have_the_same_name_neither_is_mistaken_for_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alike = {"chat": ("functional", 0, 0, 0, 0, 0), "kartta": ("functional", 1, 0, 0, 0, 0)}
    digests = questions.digest_service
    monkeypatch.setattr(questions, "digest_service", lambda service, purpose: b"the same")
    policy = make_policy(alike)
    for chosen in ((), ("chat",), ("kartta",), ("chat", "kartta")):
        consent = save(policy, *chosen)
        assert send(consent, policy, policy) == consent
    one = make_policy({"kartta": alike["kartta"]})
    assert send(save(policy, "chat"), policy, one).services == set()
    monkeypatch.setattr(questions, "digest_service", digests)
    assert send(save(policy, "chat"), policy, policy).services == {"chat"}


def test_of_two_answers_that_differ_no_means_no() -> None:
    asked = questions.Questions(
        make_policy({"chat": ("functional", 0, 0, 0, 0, 0), "kartta": ("functional", 1, 0, 0, 0, 0)})
    )
    [(whole, singles)] = asked._purposes
    nothing: frozenset[str] = frozenset()
    for given_, refused in (({whole.name}, {singles[0].name}), ({singles[0].name, singles[1].name}, {whole.name})):
        said = questions.Answers(frozenset(given_), frozenset(refused), nothing)
        assert "chat" not in asked.read(said)[0]
        assert asked.read(said)[1] == set()
