"""What the first page carries of ours stays small, in every look and language."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "bench_weight.py"
_SPEC = importlib.util.spec_from_file_location("bench_weight", FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)


@pytest.mark.parametrize("look", bench.LOOKS)
def test_no_first_page_is_too_heavy(look: str) -> None:
    said = tomllib.loads(bench.POLICY.read_text("utf-8"))
    weights = {language: (inline.brotli, linked.brotli) for language, inline, linked in bench.weigh_look(said, look)}
    assert len(weights) == 26
    assert {language: both for language, both in weights.items() if max(both) > bench.MOST} == {}
