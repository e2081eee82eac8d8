"""Whoever knocks at our own addresses, in one line: what the tests of this folder share."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.stories.site import make_gate, post, read_ledger, website

HOST = "__Host-cookiegate"
ACCEPT = b"decision=accept"


def knock(folder: Path, *arguments: Any, **more: Any) -> Any:
    """Post once; give the answer and the ledger after it."""
    gate = make_gate(website, folder)
    answer = asyncio.run(post(gate, *arguments, **more))
    return answer, read_ledger(gate, folder)
