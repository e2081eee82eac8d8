"""What browsers report about blocked hosts: read where it can be read, kept where it says something."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .knocking import knock

REPORTS = [
    b"",
    b"nonsense",
    b"[" * 30_000,
    b'{"csp-report":' * 2_000,
    b"\xff\xfe\x00",
    b"1" * 30_000,
    b'{"csp-report": {"blocked-uri": "https://x.example/" ',
]
EMPTY_REPORTS = [
    b"NaN",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b'{"csp-report": NaN}',
    b'{"csp-report": {"blocked-uri": NaN}}',
    b'{"csp-report": {"blocked-uri": ["https://x.example/"]}}',
    b'{"csp-report": {"blocked-uri": "inline"}}',
    b'{"csp-report": {"blocked-uri": "https://site.example/own"}}',
    b'[[[["csp-report"]]]]',
]


@pytest.mark.parametrize("body", REPORTS)
def test_a_report_that_cannot_be_read_is_refused(body: bytes, tmp_path: Path) -> None:
    assert knock(tmp_path, "report", body)[0].status == 400


@pytest.mark.parametrize("body", EMPTY_REPORTS)
def test_a_report_that_says_nothing_is_taken_and_changes_nothing(body: bytes, tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, "report", body)
    assert (answer.status, observations(tmp_path)) == (204, [])


def test_a_report_of_more_than_32_kilobytes_is_refused(tmp_path: Path) -> None:
    assert knock(tmp_path, "report", b" " * 32_769)[0].status == 413


@pytest.mark.parametrize(
    "page", ["https://site.example/p?q=1#x", "http://[broken", "", "about:blank", "\ud800", 5, None]
)
def test_a_report_about_a_host_that_nobody_declared_is_kept(page: Any, tmp_path: Path) -> None:
    said = [
        {"type": "csp-violation", "body": {"blockedURL": "https://unknown.example/x?y", "documentURL": page}},
        {"csp-report": {"blocked-uri": "https://unknown.example/x?y", "document-uri": page}},
    ]
    answer, _ = knock(tmp_path, "report", json.dumps(said).encode())
    assert answer.status == 204
    seen = observations(tmp_path)
    assert {(kind, name) for kind, name, _ in seen} == {("host", "unknown.example")}
    assert {path for _, _, path in seen} <= {"/p", "/"}


def observations(folder: Path) -> list[tuple[str, str, str]]:
    if not (folder / "site.db").exists():
        return []
    database = sqlite3.connect(folder / "site.db")
    try:
        return database.execute("SELECT kind, name, path FROM observations").fetchall()
    finally:
        database.close()
