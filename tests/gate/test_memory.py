"""A page that comes again is recognised; one that differs anywhere is rewritten."""

from __future__ import annotations

from dataclasses import replace

from cookiegate.gate import Insertions, Pages, Rewriter
from cookiegate.gate.memory import RememberingRewriter, open_rewriter

from .site import REFUSED

PAGE = b"<html><body><img src=//t.example/1><p>" + b"x" * 5000
OTHER = PAGE.replace(b"/1>", b"/2>")
PLAIN = Insertions(control=b"<section>", place="here")


def pass_through(page: bytes, insertions: Insertions, cut: int = 1000) -> bytes:
    rewriter = open_rewriter(REFUSED, insertions, b"")
    out = b"".join(rewriter.feed(page[at : at + cut]) for at in range(0, len(page), cut)) + rewriter.close()
    assert rewriter.judged
    return out


def rewritten(page: bytes, insertions: Insertions = PLAIN) -> bytes:
    rewriter = Rewriter(REFUSED, insertions)
    return rewriter.feed(page) + rewriter.close()


def test_a_page_goes_out_the_same_however_often_and_in_whatever_pieces_it_comes() -> None:
    insertions = replace(PLAIN, pages=Pages())
    for page, cut in (
        (PAGE, 1000),
        (PAGE, 1000),
        (OTHER, 1000),
        (PAGE, 7),
        (PAGE, 9999),
        (PAGE[:-1], 1000),
        (PAGE, 500),
    ):
        assert pass_through(page, insertions, cut) == rewritten(page)


def test_another_visitors_control_is_never_given_out() -> None:
    pages = Pages()
    pass_through(PAGE, replace(PLAIN, pages=pages))
    other = replace(PLAIN, pages=pages, control=b"<section class=other>")
    assert pass_through(PAGE, other) == rewritten(PAGE, other)
    rewriter = RememberingRewriter(REFUSED, replace(PLAIN, pages=pages), pages)
    assert rewriter.recall(PAGE) in (None, rewritten(PAGE))


def test_what_is_one_visitors_own_is_not_kept() -> None:
    insertions = replace(PLAIN, pages=Pages())
    for said in (b"private", b"no-store", b"max-age=0, NO-STORE"):
        assert isinstance(open_rewriter(REFUSED, insertions, said), Rewriter)


def test_pages_are_kept_up_to_a_size() -> None:
    pages = Pages(most=100_000)
    for number in range(20):
        pass_through(PAGE, replace(PLAIN, pages=pages, place=number))
    assert pages.find(0) is None
    assert pages.find(19) is not None
