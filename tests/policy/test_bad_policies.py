"""Each file in tests/policies/bad names, in `#:` lines, what must be said about it; all of it is said at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cookiegate.cli import main
from cookiegate.errors import PolicyError
from cookiegate.policy import load_policy

BAD = sorted((Path(__file__).parents[1] / "policies" / "bad").glob("*.toml"))
SCREEN = 50  # lines

every_bad_policy = pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)


def read_expectations(file: Path) -> list[str]:
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return [line.removeprefix("#: ") for line in lines if line.startswith("#: ")]


def run_check(path: Path | str) -> Result:
    return CliRunner().invoke(main, ["check", str(path)])


def list_problems(path: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyError) as refusal:
        load_policy(path)
    return [(problem.key, problem.message, problem.hint) for problem in refusal.value.problems]


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 20


@every_bad_policy
def test_check_says_everything_that_was_planted_on_one_screen_and_without_a_traceback(file: Path) -> None:
    expected = read_expectations(file)
    assert expected
    result = run_check(file)
    missing = [text for text in expected if text not in result.output]
    assert not missing, result.output
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.output.splitlines()) <= SCREEN


@every_bad_policy
def test_every_problem_names_the_key_and_says_what_to_do_in_plain_words(file: Path) -> None:
    for key, message, hint in list_problems(file):
        assert key
        assert message
        assert hint, (key, message)
        said = f"{key} {message} {hint}"
        for jargon in ("Input should", "function-after", "literal[", "pydantic", "NoneType", "dict", "TOMLDecode"):
            assert jargon not in said


@every_bad_policy
def test_nothing_is_said_twice(file: Path) -> None:
    problems = list_problems(file)
    assert len(problems) == len(set(problems))


def test_a_real_process_prints_the_same_and_ends_with_1() -> None:
    file = next(file for file in BAD if file.stem == "wrong_types")
    command = [sys.executable, "-m", "cookiegate", "check", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == run_check(file).output
    assert all(text in ended.stderr for text in read_expectations(file))


def test_the_sections_come_in_the_order_of_the_file() -> None:
    file = next(file for file in BAD if file.stem == "wrong_types")
    sections = list(dict.fromkeys(key.partition(".")[0] for key, _, _ in list_problems(file)))
    assert sections == ["site", "controller", "consent", "visits", "purposes", "services", "retention"]


def test_a_missing_file_is_no_traceback(tmp_path: Path) -> None:
    result = run_check(tmp_path / "none.toml")
    assert result.exit_code == 1
    assert "there is no such file" in result.output
    assert "cookiegate init" in result.output


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    result = run_check(tmp_path)
    assert result.exit_code == 1
    assert "this is a folder" in result.output


def test_a_misspelt_key_is_not_called_missing_as_well(tmp_path: Path) -> None:
    path = tmp_path / "cookiegate.toml"
    path.write_text(
        '[site]\nnmae = "Lumikello Oy"\nhosts = ["a.example"]\n[controler]\nname = "x"\nemail = "a@b.example"\n'
    )
    assert [key for key, _, _ in list_problems(path)] == ["site.nmae", "controler"]


def test_a_letter_that_is_no_text_is_shown_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / "cookiegate.toml"
    path.write_text(
        '[site]\nname = "a"\nhosts = ["a\\u001b[31m\\nb"]\n[controller]\nname = "x"\nemail = "a@b.example"\n'
    )
    output = run_check(path).output
    assert "\x1b" not in output
    assert 'site.hosts: "a [31m b" cannot be used' in output


def test_what_a_text_editor_of_another_system_adds_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "cookiegate.toml"
    text = '[site]\nname = "a"\nhosts = ["a.example"]\n[controller]\nname = "x"\nemail = "a@b.example"\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load_policy(path).site.hosts == ("a.example",)
