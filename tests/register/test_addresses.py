"""One spelling for each address: a ban holds however the address is written."""

from __future__ import annotations

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register import normalise

PHONE = "+358401234567"


@pytest.mark.parametrize(
    ("address", "spelt"),
    [
        (" Aino.Esimerkki@Example.TEST ", "aino.esimerkki@example.test"),
        ("aino+kello@posti.example", "aino+kello@posti.example"),
        ("äiti@mökki.example", "äiti@xn--mkki-5qa.example"),
        ("Äiti@XN--MKKI-5QA.Example", "äiti@xn--mkki-5qa.example"),
        ("a\u0308iti@mo\u0308kki.example", "äiti@xn--mkki-5qa.example"),
        ("otso@straße.example", "otso@xn--strae-oqa.example"),
        ("otso@xn--strae-oqa.example", "otso@xn--strae-oqa.example"),
        ("+358 40 123 4567", PHONE),
        ("00358-40-1234567", PHONE),
        ("+358 (0)40 1234567", PHONE),
        ("+358 (40) 123.45.67", PHONE),
        ("＋358401234567", PHONE),
        ("+358 040 1234567", PHONE),
        ("00358 (040) 1234567", PHONE),
        ("+358\xa040\xa01234567", PHONE),
        ("+46 070 123 45 67", "+46701234567"),
        ("+44 (0)7911 123456", "+447911123456"),
        ("+39 06 1234567", "+39061234567"),
        ("+39 (0)6 1234567", "+39061234567"),
        ("+47 21 12 34 56", "+4721123456"),
    ],
)
def test_an_address_has_one_spelling(address: str, spelt: str) -> None:
    assert normalise(address) == spelt


@pytest.mark.parametrize(
    "address",
    ["", "otso", "otso@", "@posti.example", "otso@posti", "a b@posti.example", "a@b@posti.example", "otso@pos_ti.-t",
     "040 123 4567", "+0401234567", "+35840", "+3584012345678901", "203.0.113.7", "otso@posti.example\nbcc:x@y.example",
     "Otso <otso@posti.example>", "ot\u200bso@posti.example", "otso@po\xadsti.example", "otso\u2060@posti.example",
     "ot\ufe0fso@posti.example", "ot\x00so@posti.example", "ot\xa0so@posti.example", "ot\ud800so@posti.example",
     "+358\u200b401234567", "+358\x00401234567", "otso@xn--a.example", "otso@xn--mökki.example",
     "otso@xn--posti-.example", f"otso@{'ö' * 60}.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(CookiegateError) as refusal:
        normalise(address)
    assert not address or address not in str(refusal.value)
