"""What provision.py finds on a machine before it installs anything there."""

from __future__ import annotations

from pathlib import Path

import pytest

import provision
from provision import CHROMIUM, FIREFOX


def write_program(path: Path, exit_code: int = 0) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho Chromium 140.0\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_named_browser_comes_before_those_on_the_path(tmp_path: Path) -> None:
    named = write_program(tmp_path / "own" / "browser")
    write_program(tmp_path / "bin" / "chromium")
    assert provision.find_browser({"COOKIEGATE_BROWSER": named, "PATH": str(tmp_path / "bin")}, *CHROMIUM) == named


def test_chromium_is_preferred_and_a_stub_that_does_not_start_passed_over(tmp_path: Path) -> None:
    chrome = write_program(tmp_path / "google-chrome")
    write_program(tmp_path / "chromium-browser", exit_code=1)
    assert provision.find_browser({"PATH": str(tmp_path)}, *CHROMIUM) == chrome
    chromium = write_program(tmp_path / "chromium")
    assert provision.find_browser({"PATH": str(tmp_path)}, *CHROMIUM) == chromium


def test_no_browser_is_none_and_a_named_one_that_does_not_start_an_error(tmp_path: Path) -> None:
    assert provision.find_browser({"PATH": str(tmp_path)}, *CHROMIUM) is None
    with pytest.raises(provision.Refusal, match="COOKIEGATE_BROWSER"):
        provision.find_browser({"COOKIEGATE_BROWSER": str(tmp_path / "gone"), "PATH": str(tmp_path)}, *CHROMIUM)


def test_of_two_firefoxes_the_long_lived_one_is_taken(tmp_path: Path) -> None:
    firefox = write_program(tmp_path / "firefox")
    assert provision.find_browser({"PATH": str(tmp_path)}, *FIREFOX) == firefox
    esr = write_program(tmp_path / "firefox-esr")
    assert provision.find_browser({"PATH": str(tmp_path)}, *FIREFOX) == esr
