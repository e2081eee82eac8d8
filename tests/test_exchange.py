"""One response as messages: what passes at once, what waits, and what must not be passed around the gate."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import UNDECIDED
from cookiegate.exchange import GatedSend, read_visit
from cookiegate.gate import CodingError, Insertions, Rules, Visit
from cookiegate.passage import Passage
from cookiegate.policy import load_policy
from tests.stories.site import POLICY

PAGE = Visit(document=True, top=True, fragment=False)
OURS = Insertions(guard=b"[guard]", control=b"[control]")
HTML = (b"content-type", b"text/html")


@pytest.fixture
def passed(tmp_path: Path) -> Any:
    """`passed(*messages)`: what of an application's messages reaches the server."""
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    allowance = Rules(load_policy(tmp_path / "cookiegate.toml")).allowance(UNDECIDED, "/")

    def run(*messages: dict[str, Any], method: str = "GET") -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            out.append(message)

        async def story() -> None:
            asked = ({"method": method}, {}, Passage(UNDECIDED, allowance, b""), PAGE)
            gated = GatedSend(send, asked, lambda *_: OURS)
            for message in messages:
                await gated.send(message)

        asyncio.run(story())
        return out

    return run


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(content: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


def content(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)


def test_a_page_gets_what_is_ours(passed: Any) -> None:
    out = passed(start(HTML), body(b"<html><head></head><body>x</body>"))
    assert content(out) == b"<html><head>[guard]</head><body>[control]x</body>"
    assert not out[-1]["more_body"]


@pytest.mark.parametrize("kind", [b"image/png", b"application/json", b"text/css", b"text/event-stream"])
def test_anything_else_keeps_its_messages(kind: bytes, passed: Any) -> None:
    sent = [body(b"<body>", more=True), body(b"", more=True), body(b"y")]
    assert passed(start((b"content-type", kind)), *sent)[1:] == sent


def test_what_has_no_type_waits_for_its_first_bytes_and_is_then_what_it_looks_like(passed: Any) -> None:
    page = passed(start(), body(b"", more=True), body(b"\xef\xbb\xbf <!DOCTYPE html>", more=True), body(b"<body>x"))
    assert content(page).endswith(b"<body>[control]x")
    text = passed(start(), body(b"plain <body>x"))
    assert content(text) == b"plain <body>x"


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><p>x", b"\xef\xbb\xbf \n<html>x", b"<a href=x>x", b" " * 600 + b"<p>x"]
)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_has_no_type_is_the_same_in_whatever_pieces_it_comes(page: bytes, size: int, passed: Any) -> None:
    pieces = [body(page[at : at + size], more=True) for at in range(0, len(page), size)]
    assert b"[guard]" in content(passed(start(), body(page)))
    assert content(passed(start(), *pieces, body(b""))) == content(passed(start(), body(page)))


@pytest.mark.parametrize("size", [1, 1000])
def test_what_has_no_type_is_looked_at_opened(size: int, passed: Any) -> None:
    said, sent = start((b"content-encoding", b"gzip")), gzip.compress(b"<html>x</html>")
    pieces = [body(sent[at : at + size], more=True) for at in range(0, len(sent), size)]
    assert b"[guard]" in gzip.decompress(content(passed(said, *pieces, body(b""))))


def test_what_has_no_type_and_begins_like_a_text_does_not_wait(passed: Any) -> None:
    for begin in (b"x", b"  {", b"<rss versio", b"<?xml version"):
        assert content(passed(start(), body(begin, more=True))) == begin
    assert content(passed(start(), body(b"<", more=True))) == b""
    assert content(passed(start(), body(b" " * 1445, more=True))) == b" " * 1445
    assert content(passed(start((b"content-encoding", b"exotic")), body(b"x", more=True))) == b"x"


def test_what_has_no_type_and_may_not_be_guessed_does_not_wait(passed: Any) -> None:
    assert passed(start((b"x-content-type-options", b"nosniff")))[0]["type"] == "http.response.start"
    assert passed(start()) == []


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_response_that_has_no_body_does_not_wait_for_one(status: int, passed: Any) -> None:
    assert passed(start(status=status), body(b""))[1:] == [body(b"")]


def test_the_answer_to_head_has_the_headers_of_the_page_and_no_body(passed: Any) -> None:
    got = passed(start(HTML, (b"content-length", b"9")), body(b"<body>xyz"))
    asked = passed(start(HTML, (b"content-length", b"9")), body(b""), method="HEAD")
    assert asked[0] == got[0]
    assert content(asked) == b""


def test_headers_may_be_missing_or_written_in_capitals(passed: Any) -> None:
    bare = passed({"type": "http.response.start", "status": 200}, body(b"<body>x"))
    assert b"[control]" in content(bare)
    shouted = passed(start((b"Content-Type", b"Text/HTML"), (b"Set-Cookie", b"_ga=1")), body(b"<body>x"))
    assert b"[control]" in content(shouted)
    assert b"set-cookie" not in dict(shouted[0]["headers"])


def test_early_hints_and_pushes_are_left_out(passed: Any) -> None:
    hint = {"type": "http.response.early_hint", "links": [b"<https://filmi.example/a>; rel=preload"]}
    assert passed(hint, {"type": "http.response.push", "path": "/x", "headers": []}) == []


def test_trailers_pass(passed: Any) -> None:
    trailers = {"type": "http.response.trailers", "headers": [(b"x", b"y")]}
    assert passed(start((b"content-type", b"image/png")), body(b"x"), trailers)[-1] == trailers


def test_a_page_that_the_server_was_to_send_from_a_file_is_rewritten_too(passed: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"<body>" + b"x" * 600_000)
    sent = {"type": "http.response.pathsend", "path": str(file)}
    page = passed(start(HTML), sent)
    assert content(page) == b"[guard]<body>[control]" + b"x" * 600_000
    assert not page[-1]["more_body"]
    assert content(passed(start(), sent)).startswith(b"[guard]<body>")
    assert passed(start((b"content-type", b"image/png")), sent)[-1] == sent


def test_a_large_page_goes_out_in_slices(passed: Any) -> None:
    out = passed(start(HTML), body(b"<body>" + b"<p>x" * 200_000))
    assert len(out) > 3
    assert content(out).count(b"<p>x") == 200_000


def test_an_empty_page_still_asks(passed: Any) -> None:
    assert content(passed(start(HTML), body(b""))) == b"[guard][control]"


def test_a_page_that_is_not_compressed_as_it_says_is_broken_off(passed: Any) -> None:
    with pytest.raises(CodingError):
        passed(start(HTML, (b"content-encoding", b"gzip")), body(b"not gzip"))


def test_a_websocket_sets_no_cookie_that_was_not_agreed_to(passed: Any) -> None:
    cookies = [(b"set-cookie", b"_ga=1"), (b"set-cookie", b"sid=1")]
    [accepted] = passed({"type": "websocket.accept", "subprotocol": "chat", "headers": cookies})
    assert accepted["subprotocol"] == "chat"
    assert [value for name, value in accepted["headers"] if name == b"set-cookie"] == [b"sid=1"]
    [bare] = passed({"type": "websocket.accept"})
    assert bare["type"] == "websocket.accept"
    refused = {"type": "websocket.http.response.start", "status": 403, "headers": cookies}
    assert (b"set-cookie", b"_ga=1") not in passed(refused)[0]["headers"]
    said = {"type": "websocket.send", "text": "<body>"}
    assert passed(said) == [said]


@pytest.mark.parametrize(
    ("headers", "visit"),
    [
        ({"sec-fetch-dest": "document"}, Visit(True, True, False)),
        ({"sec-fetch-dest": "iframe"}, Visit(True, False, False)),
        ({"sec-fetch-dest": "empty"}, Visit(False, False, True)),
        ({"sec-fetch-dest": "image"}, Visit(False, False, True)),
        ({"sec-fetch-dest": "serviceworker", "service-worker": "script"}, Visit(False, False, False, True)),
        ({}, Visit(True, True, False)),
        ({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, Visit(True, True, False)),
        ({"accept": "text/html", "range": "bytes=0-"}, Visit(True, True, False)),
        ({"accept": "*/*"}, Visit(True, True, False)),
        ({"accept": "*/*", "range": "bytes=0-"}, Visit(False, False, False)),
        ({"accept": "image/avif,image/webp,*/*"}, Visit(False, False, False)),
        ({"accept": "text/html", "x-requested-with": "XMLHttpRequest"}, Visit(False, False, True)),
    ],
)
def test_what_is_asked_for_is_told_by_fetch_metadata_or_by_what_would_be_accepted(
    headers: dict[str, str], visit: Visit
) -> None:
    assert read_visit({name.encode(): value.encode() for name, value in headers.items()}) == visit
