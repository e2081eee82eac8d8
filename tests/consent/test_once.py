"""What was asked for this once holds on that page, for that service, for a minute or two, and cannot be made up."""

from __future__ import annotations

import pytest

from cookiegate.consent.once import Once

SECRET, OLDER = "s" * 32, "o" * 32
ONCE = Once({"filmi", "pikseli"}, [SECRET])
MINUTE = 29_000_000
ASKED = ONCE.seal("filmi", "/mokit/", MINUTE).encode()


@pytest.mark.parametrize("later", [0, 1])
def test_it_holds_on_its_page_for_its_minute_and_the_next(later: int) -> None:
    assert ONCE.open(ASKED, "/mokit/", MINUTE + later) == "filmi"


@pytest.mark.parametrize("minute", [MINUTE - 1, MINUTE + 2, 0, MINUTE + 1_000_000])
def test_it_holds_no_longer_nor_earlier(minute: int) -> None:
    assert ONCE.open(ASKED, "/mokit/", minute) == ""


@pytest.mark.parametrize("path", ["/", "/mokit", "/mokit/2", "/MOKIT/", "", "/mokit/\udcff"])
def test_it_holds_on_no_other_page(path: str) -> None:
    assert ONCE.open(ASKED, path, MINUTE) == ""


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"filmi",
        ASKED.replace(b"filmi", b"pikseli"),
        ASKED.replace(b"29000000", b"29000001"),
        ASKED[:-1],
        ASKED + b"A",
        ASKED.partition(b".")[0] + b".",
        b"." + ASKED.partition(b".")[2],
        b" " + ASKED,
        b"\xff" * 60_000,
        Once({"filmi"}, [OLDER]).seal("filmi", "/mokit/", MINUTE).encode(),
    ],
)
def test_what_we_did_not_sign_is_nothing(value: bytes) -> None:
    assert ONCE.open(value, "/mokit/", MINUTE) == ""


def test_a_service_that_is_no_longer_asked_about_is_not_loaded() -> None:
    assert Once({"pikseli"}, [SECRET]).open(ASKED, "/mokit/", MINUTE) == ""


def test_an_older_secret_still_verifies() -> None:
    older = Once({"filmi"}, [OLDER]).seal("filmi", "/\udcff", MINUTE).encode()
    assert Once({"filmi"}, [SECRET, OLDER]).open(older, "/\udcff", MINUTE) == "filmi"
