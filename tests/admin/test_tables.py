"""Tables as files: JSON for programs, CSV for spreadsheets, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from cookiegate.admin.tables import Column, Table, write_csv, write_json
from tests.giving_up import give_up

from .hostile import FORMULAS, PAYLOADS

COLUMNS = (Column("name"), Column("times", "number"), Column("seconds", "seconds"))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_file_has_the_keys_and_every_row() -> None:
    table = Table("pages", COLUMNS, [("/äiti", 3, 1.5), ("", 0, None)])
    assert write_csv(table).startswith(b'\xef\xbb\xbf"name","times","seconds"\r\n')
    assert read(write_csv(table)) == [["name", "times", "seconds"], ["/äiti", "3", "1.5"], ["", "0", ""]]
    assert json.loads(write_json(table)) == {
        "table": "pages",
        "rows": [{"name": "/äiti", "times": 3, "seconds": 1.5}, {"name": "", "times": 0, "seconds": None}],
    }


@pytest.mark.parametrize("text", [*FORMULAS, *PAYLOADS, "\ud800", "\0=1+1", 'a"b', "a\r\nb"])
def test_whatever_visitors_wrote_stays_in_its_cell_and_is_no_formula(text: str) -> None:
    ((_, _), (cell, other)) = read(write_csv(Table("x", COLUMNS[:2], [(text, 7)])))
    assert other == "7"
    assert cell in (text.replace("\ud800", "?"), f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"))
    assert json.loads(write_json(Table("x", COLUMNS[:2], [(text, 7)])))["rows"][0]["times"] == 7


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    table = Table("pages", COLUMNS, [("/a", 8, None), ("/b", 2, None), ("/c", 0, None)], bars="times")
    assert [table.find_width(row) for row in table.rows] == [100, 25, 0]
    assert Table("pages", COLUMNS, [("/a", 0, None)], bars="times").find_width(("/a", 0, None)) == 0


@pytest.mark.torture
def test_a_spreadsheet_calculates_nothing(tmp_path: Path) -> None:
    """LibreOffice opens the file as people do, with every separator that it may guess, and has no formula in it."""
    program = shutil.which("soffice") or give_up(
        "a spreadsheet", "no soffice on PATH: apt-get install libreoffice-calc"
    )
    rows = [(text, at) for at, text in enumerate((*FORMULAS, *PAYLOADS))]
    (tmp_path / "ours.csv").write_bytes(write_csv(Table("x", COLUMNS[:2], rows)))
    (tmp_path / "raw.csv").write_text("\n".join(f"{text},{at}" for text, at in rows), "utf-8")
    for separators in ("44", "44/59/9", "59"):  # comma; what the dialogue ticks of itself; semicolon
        command = [program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
                   f"--infilter=CSV:{separators},34,76,1,,0,false,true,false,false,false,-1,true",
                   "--convert-to", "ods", "--outdir", str(tmp_path / separators.replace("/", "-")),
                   str(tmp_path / "ours.csv"), str(tmp_path / "raw.csv")]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        folder = tmp_path / separators.replace("/", "-")
        assert find_formulas(folder / "ours.ods") == []
    assert find_formulas(tmp_path / "44" / "raw.ods")  # or the test could not fail


def find_formulas(sheet: Path) -> list[str]:
    with zipfile.ZipFile(sheet) as archive:
        return re.findall(r'table:formula="([^"]*)"', archive.read("content.xml").decode())
