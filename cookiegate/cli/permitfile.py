"""A file of marketing permits, as a newsletter or a shop hands it over: read whole, with everything that is wrong."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from ..errors import CookiegateError
from ..register import CHANNELS, Offer, judge_offer, normalise

COLUMNS = ("address", "channel", "source", "given", "words")
_SHOWN = 20  # rows that are told at once: what fits a screen


class ImportProblems(CookiegateError):
    """All that is wrong with the file, by row. No address in it: such messages end up in logs."""

    def __init__(self, file: Path, problems: list[str]) -> None:
        self.problems = problems
        more = [f"  and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        lines = [f"{file}: nothing was imported", *(f"  {each}" for each in problems[:_SHOWN]), *more]
        super().__init__("\n".join(lines))


def read_moment(text: str) -> int:
    """ "2026-11-22", "2026-11-22T10:30" (UTC) or with an offset: seconds since 1970-01-01 UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def read_permit_file(file: Path, now: float) -> list[tuple[int, Offer]]:
    """The permits in a CSV file with a heading (comma or semicolon, UTF-8), each with its row in a spreadsheet.

    Raises ImportProblems for any row that is not right: then none is.
    """
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise ImportProblems(file, [f"it cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ImportProblems(file, ["it is not in UTF-8: save it as CSV UTF-8"]) from None
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in heading else ",")
    try:
        return _read_rows(file, list(rows), now)
    except csv.Error as error:
        raise ImportProblems(file, [f"line {rows.line_num}: {error}"]) from None


def _read_rows(file: Path, rows: list[list[str]], now: float) -> list[tuple[int, Offer]]:
    columns = [name.strip().lower() for name in rows[0]] if rows else []
    if sorted(columns) != sorted(COLUMNS):
        raise ImportProblems(file, [f"row 1 must name these columns and no others: {', '.join(COLUMNS)}"])
    problems: list[str] = []
    offers: list[tuple[int, Offer]] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            problems.append(f"row {number}: {len(cells)} cells instead of {len(columns)}")
            continue
        offer, wrong = _read_row(dict(zip(columns, map(str.strip, cells), strict=True)), now)
        if offer is not None and not wrong:
            key = (normalise(offer.address), offer.channel)
            first = seen.setdefault(key, number)
            wrong = f"the same address and channel as row {first}" if first != number else ""
            offers.append((number, offer))
        if wrong:
            problems.append(f"row {number}: {wrong}")
    if problems:
        raise ImportProblems(file, problems)
    return offers


def _read_row(said: dict[str, str], now: float) -> tuple[Offer | None, str]:
    channel = said["channel"].lower()
    if channel not in CHANNELS:
        return None, f"the channel is one of {', '.join(CHANNELS)}"
    try:
        given = read_moment(said["given"])
    except (ValueError, OverflowError):
        return None, "write when it was given as 2026-11-22 or 2026-11-22T10:30"
    offer = Offer(said["address"], channel, said["source"], said["words"], given)
    return offer, judge_offer(offer, now)
