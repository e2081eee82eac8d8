"""From events to the bytes of a request, for each service as it documents them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cookiegate.forwarding import google, matomo
from cookiegate.policy import Forwarding
from cookiegate.register import Sendable

GOOGLE = Forwarding("https://region1.google-analytics.com/mp/collect", "G-1A2B3C")
MATOMO = Forwarding("https://matomo.example/matomo.php", "3")
GIVEN = frozenset(("google-analytics", "matomo"))


def make_event(given: frozenset[str] = GIVEN, **said: Any) -> Sendable:
    usual = {"name": "page_view", "page": "https://www.example/a?utm_source=x", "agent": "Firefox", "language": "fi"}
    return Sendable("00ff.1", b"s" * 16, bytes(range(16)), 1_772_323_200_123, 1_772_323_100, {**usual, **said}, given)


def test_google_is_told_just_what_is_known() -> None:
    request = google.write_request(GOOGLE, "s&cret", [make_event(referrer="https://haku.example")])
    assert request.url == f"{GOOGLE.url}?measurement_id=G-1A2B3C&api_secret=s%26cret"
    assert json.loads(request.body) == {
        "client_id": "000102030405060708090a0b0c0d0e0f",
        "user_agent": "Firefox",
        "consent": {"ad_user_data": "DENIED", "ad_personalization": "DENIED"},
        "events": [
            {
                "name": "page_view",
                "params": {
                    "session_id": "1772323100",
                    "timestamp_micros": 1_772_323_200_123_000,
                    "event_id": "00ff.1",
                    "page_location": "https://www.example/a?utm_source=x",
                    "page_referrer": "https://haku.example",
                },
            }
        ],
    }


def test_google_may_use_it_for_advertising_where_that_was_agreed_to_as_well() -> None:
    said = json.loads(google.write_request(GOOGLE, "s", [make_event(GIVEN | {"google-ads"})]).body)
    assert set(said["consent"].values()) == {"GRANTED"}


def test_google_takes_as_much_as_we_send_at_most() -> None:
    long = make_event(name="x" * 40, page="https://www.example/" + "ä" * 1500, parameters={"p": "ä" * 100})
    body = google.write_request(GOOGLE, "s", [long] * google.MOST).body
    assert len(body) < 130_000
    assert all(len(each["params"]["page_location"]) == 1000 for each in json.loads(body)["events"])


def test_matomo_is_told_just_what_is_known() -> None:
    request = matomo.write_request(MATOMO, "", [make_event()])
    assert request.url == MATOMO.url
    assert json.loads(request.body) == {
        "requests": [
            "?idsite=3&rec=1&apiv=1&_id=0001020304050607&rand=00ff.1&cdt=2026-03-01+00%3A00%3A00"
            "&url=https%3A%2F%2Fwww.example%2Fa%3Futm_source%3Dx&ua=Firefox&lang=fi&send_image=0"
        ]
    }


def test_matomo_is_told_the_network_only_with_a_token() -> None:
    event = make_event(address="203.0.113.0")
    assert b"cip" not in matomo.write_request(MATOMO, "", [event]).body
    said = json.loads(matomo.write_request(MATOMO, "t0ken", [event]).body)
    assert "cip=203.0.113.0" in said["requests"][0]
    assert said["token_auth"] == "t0ken"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "&e_c=event&e_a=buy"),
        ({"category": "shop", "label": "a clock", "value": 12.5}, "&e_c=shop&e_a=buy&e_n=a+clock&e_v=12.5"),
        ({"value": True, "other": 1}, "&e_c=event&e_a=buy"),
        ({"value": 0}, "&e_c=event&e_a=buy&e_v=0"),
    ],
)
def test_matomo_has_four_words_for_an_event(parameters: dict[str, Any], expected: str) -> None:
    request = matomo.write_request(MATOMO, "", [make_event(name="buy", parameters=parameters)])
    assert json.loads(request.body)["requests"][0].endswith("&send_image=0" + expected)


@pytest.mark.parametrize(
    ("answer", "invalid"),
    [
        (b"", 0),
        (b"GIF89a", 0),
        (b"[1]", 0),
        (b'{"status":"success","tracked":2,"invalid":0}', 0),
        (b'{"status":"success","tracked":1,"invalid":1}', 1),
        (b'{"status":"success","invalid":"1"}', 0),
        (b'{"status":"error","message":"no"}', None),
    ],
)
def test_matomo_may_refuse_some_or_all_and_say_so_only_in_words(answer: bytes, invalid: int | None) -> None:
    assert matomo.read_invalid(answer) == invalid
