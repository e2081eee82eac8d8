"""Policies that change: pairs and sequences of them, and what their questions are, worked out apart from the code."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from cookiegate.consent import UNDECIDED, Consent, Token, decide
from cookiegate.policy import Policy, compile_policy

untimed = settings(deadline=None, database=None)
SECRET = "s" * 32
DAY = 20_780
SERVICES = ("chat", "filmi", "kartta", "laskuri", "mittari", "pikseli")
PURPOSES = ("functional", "statistics", "marketing", "kampanjat")
# what is asked about one service: its purpose, and one of several ways in which each fact may stand
FACTS = ("purpose", "provider", "country", "transfer_basis", "hosts", "cookies")
PROVIDERS = ("Yksi Oy", "Kaksi Oy")
COUNTRIES = ("FI", "US")
BASES = ("adequacy decision", "standard contractual clauses")
HOSTS = (["a.example.net"], ["a.example.net", "b.example.net"])
COOKIES = ([], [{"name": "_a", "lifetime": "1 year"}], [{"name": "_a", "lifetime": "2 years"}],
           [{"name": "_a", "lifetime": "1 year", "third_party": True}])  # fmt: skip

question = st.tuples(
    st.sampled_from(PURPOSES),
    *(st.integers(0, len(some) - 1) for some in (PROVIDERS, COUNTRIES, BASES, HOSTS, COOKIES)),
)
# service → what is asked about it
questions = st.dictionaries(st.sampled_from(SERVICES), question, max_size=len(SERVICES))


@st.composite
def changes(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two sets of questions, of which the second keeps some of the first."""
    before = draw(questions)
    kept = draw(st.sets(st.sampled_from(sorted(before)))) if before else set()
    return before, {**draw(questions), **{id: before[id] for id in kept}}


def make_policy(asked: dict[str, Any], **more: Any) -> Policy:
    """The policy that asks these questions."""
    purposes: dict[str, Any] = {}
    services = {}
    for id, (purpose, provider, country, basis, hosts, cookies) in asked.items():
        purposes.setdefault(purpose, {"services": []})["services"].append(id)
        services[id] = {
            "provider": PROVIDERS[provider],
            "country": COUNTRIES[country],
            "transfer_basis": BASES[basis],
            "hosts": [f"{id}.{host}" for host in HOSTS[hosts]],
            "cookies": COOKIES[cookies],
        }
    said = {
        "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"]},
        "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
        "purposes": purposes,
        "services": services,
    }
    return compile_policy(said | more)


def save(policy: Policy, *services: str, day: int = DAY) -> Consent:
    return decide(policy, UNDECIDED, "save", (), services, day)


def send(consent: Consent, sealed_by: Policy, to: Policy, day: int = DAY) -> Consent:
    """The consent as another policy reads it from the cookie that the first one sealed."""
    return Token(to, [SECRET]).open(Token(sealed_by, [SECRET]).seal(consent).encode(), day)
