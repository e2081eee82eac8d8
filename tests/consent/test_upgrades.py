"""What visitors answered before an upgrade holds after it: cookies as they were sealed in November 2026.

Whoever changes these values asks every visitor of every site again.
"""

from __future__ import annotations

import pytest

from cookiegate.consent import Token
from cookiegate.policy import compile_policy

SECRET = "kivijoen-kello-" * 3
DAY = 20_780
POLICY = compile_policy(
    {
        "site": {"name": "Kivijoen Kello", "hosts": ["www.kivijoenkello.example"]},
        "controller": {"name": "Kivijoen Kello Oy", "email": "tietosuoja@kivijoenkello.example"},
        "purposes": {"statistics": {"services": ["laskuri"]}, "marketing": {"services": ["filmi", "pikseli"]}},
        "services": {
            "laskuri": {
                "provider": "Laskuri Oy",
                "country": "FI",
                "hosts": ["laskuri.example"],
                "cookies": [{"name": "_l_*", "lifetime": "1 year"}, {"name": "_s", "lifetime": "session"}],
            },
            "filmi": {
                "provider": "Filmi Inc.",
                "country": "US",
                "transfer_basis": "EU-US Data Privacy Framework",
                "hosts": ["filmi.example", "*.filmi.example"],
            },
            "pikseli": {"provider": "Pikseli Oy", "hosts": ["pikseli.example"]},
        },
    }
)
SEALED = {
    "": (
        "2~ju-za-~20780~~QyyQK-fIWUkMzLci1U~~.gCe8ljZJGtsmoRuojpikc3UZZLKtQJl9W8yD3ZrmTTU",
        "",
    ),
    "laskuri": (
        "2~ju-za-~20780~fIWUkM~QyyQK-zLci1U~~w-3voEoKqTo_d2ZOhZp7zg.lgBDKYwSb7dGIzHaMHjO47SYNeA2AIYj0lCcCuc2S3U",
        "w-3voEoKqTo_d2ZOhZp7zg",
    ),
    "filmi laskuri pikseli": (
        "2~ju-za-~20780~QyyQK-fIWUkMzLci1U~~~v49NEDlMuj39B0-qs4FeYA.r-Eoh0u0SbgRGCXHRfIPyIus7wZmNWte16nyzE1eqFY",
        "v49NEDlMuj39B0-qs4FeYA",
    ),
}


@pytest.mark.parametrize("services", SEALED)
def test_an_answer_of_an_earlier_version_is_still_the_answer(services: str) -> None:
    value, id = SEALED[services]
    consent = Token(POLICY, [SECRET]).open(value.encode(), DAY)
    assert (consent.services, consent.id) == (set(services.split()), id)
    assert consent.decided
    assert not consent.unanswered


def test_the_question_is_recorded_under_the_name_that_it_had() -> None:
    assert POLICY.version == "157ac7f5bcb5"
