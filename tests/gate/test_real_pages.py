"""Seventy pages as they stand on the web. COOKIEGATE_PAGES names the archive or folder that holds them."""

from __future__ import annotations

import os
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from cookiegate.policy import Purpose, Service, load_catalogue

from .site import BARE, CONTROL, EVERYTHING, FULL, GUARD, POLICY, allow, rewrite
from .trees import compare

SHARED = Path(__file__).resolve().parents[3] / "shared" / "pages.tar.xz"
PLACE = Path(os.environ.get("COOKIEGATE_PAGES", SHARED))
REFUSED = allow(policy=replace(POLICY, known=tuple(load_catalogue().values())))


def read_pages() -> dict[str, bytes]:
    if PLACE.is_dir():
        return {path.stem: path.read_bytes() for path in sorted(PLACE.glob("*.html"))}
    if not PLACE.is_file():
        return {}
    with tarfile.open(PLACE) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {Path(name).stem: file.read() for name, file in sorted(files.items()) if file}


PAGES = read_pages()
pytestmark = pytest.mark.skipif(not PAGES, reason=f"no pages at {PLACE}: set COOKIEGATE_PAGES")
every_page = pytest.mark.parametrize("name", PAGES)


def take_out_ours(page: bytes) -> set[bytes]:
    """The page without guard and control, and without the charset that may have been repeated before the guard."""
    page = page.replace(CONTROL, b"", 1)
    return {page.replace(GUARD, b"", 1), re.sub(b'<meta charset="[^"]+">' + GUARD, b"", page, count=1)}


def test_there_are_enough_of_them() -> None:
    assert len(PAGES) >= 70


@every_page
def test_where_nothing_is_blocked_a_page_keeps_every_byte(name: str) -> None:
    page = PAGES[name]
    assert rewrite(page, EVERYTHING) == page
    full = rewrite(page, EVERYTHING, FULL)
    assert full.count(GUARD) == full.count(CONTROL) == 1
    assert page in take_out_ours(full)


@every_page
def test_where_every_host_is_given_a_page_keeps_every_byte(name: str) -> None:
    page = PAGES[name]
    hosts = {
        host.decode() for host in re.findall(rb"(?:[/\\]{2,}|https?:)(?:&[a-z]+;)?([a-z0-9][a-z0-9._-]*)", page.lower())
    }
    all_of_them = Service("all", "All", "All Ltd", "marketing", hosts=tuple(sorted(hosts)))
    policy = replace(POLICY, purposes=(Purpose("marketing", (all_of_them,)),), known=())
    assert rewrite(page, allow("all", policy=policy)) == page


@every_page
@pytest.mark.parametrize("scripting", [True, False], ids=["scripts on", "scripts off"])
def test_a_refused_page_asks_nobody_and_is_the_same_page(name: str, scripting: bool) -> None:
    page = PAGES[name]
    full = rewrite(page, REFUSED, FULL)
    assert rewrite(page, REFUSED) in take_out_ours(full)
    compare(page, full, scripting=scripting)


@every_page
def test_a_page_comes_out_the_same_however_it_is_cut(name: str) -> None:
    page = PAGES[name]
    whole = rewrite(page, REFUSED, FULL)
    assert rewrite(page, REFUSED, FULL, size=7) == whole
    if len(page) <= 200_000:
        assert rewrite(page, REFUSED, FULL, size=1) == whole


@every_page
def test_a_rewritten_page_is_left_alone(name: str) -> None:
    once = rewrite(PAGES[name], REFUSED, BARE)
    assert rewrite(once, REFUSED, BARE) == once
