"""What dev.py decides before it installs anything: which Python, which package index, which wheel, which browser."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import dev_machine

DEV = Path(__file__).resolve().parents[2] / "dev.py"
HASH = "0" * 64


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", DEV)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


dev = load()


def write_program(path: Path, exit_code: int = 0) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho Chromium 140.0\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def write_index(folder: Path, *, says: str | None = None) -> str:
    """A package index of files whose only pip writes its arguments beside `folder` when it is run."""
    page = folder / "simple" / "pip" / "index.html"
    page.parent.mkdir(parents=True)
    wheel = page.parent / "pip-25.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        lines = f"import sys\nopen({str(folder / 'ran')!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        archive.writestr("pip/__main__.py", lines)
    digest = says or hashlib.sha256(wheel.read_bytes()).hexdigest()
    page.write_text(f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>')
    return page.parent.parent.as_uri()


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 2), (3, 10, 14)])
def test_an_older_python_is_refused_in_one_sentence_that_names_it(version: tuple[int, ...]) -> None:
    with pytest.raises(dev.Refusal) as refusal:
        dev.check_version(version)
    assert ".".join(map(str, version)) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_python_from_3_11_on_will_do(version: tuple[int, ...]) -> None:
    dev.check_version(version)


@pytest.mark.parametrize("file", [DEV, Path(dev_machine.__file__)], ids=lambda file: file.name)
def test_an_older_python_can_read_the_files_far_enough_to_refuse(file: Path) -> None:
    ast.parse(file.read_text("utf-8"), feature_version=(3, 8))


def test_without_any_configuration_the_public_index_is_asked() -> None:
    options = dev.read_pip_options([], {})
    assert dev.list_pip_pages(options) == ["https://pypi.org/simple/pip/"]


def test_install_outweighs_global_and_the_later_file_the_earlier(tmp_path: Path) -> None:
    machine, person = tmp_path / "machine.conf", tmp_path / "person.conf"
    machine.write_text("[global]\nindex-url = https://a.example/simple\ncert = /etc/a.pem\n")
    person.write_text("[global]\nindex_url = https://b.example/simple\n")
    assert dev.read_pip_options([machine, person], {})["index-url"] == ["https://b.example/simple"]
    machine.write_text("[install]\nindex-url = https://c.example/simple\n")
    assert dev.read_pip_options([machine, person], {})["index-url"] == ["https://c.example/simple"]


def test_the_environment_outweighs_every_file_and_leaves_other_options_alone(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://a.example/simple\ncert = /etc/a.pem\n")
    options = dev.read_pip_options([file], {"PIP_INDEX_URL": "https://env.example/simple/"})
    assert options["cert"] == ["/etc/a.pem"]
    assert dev.list_pip_pages(options) == ["https://env.example/simple/pip/"]


def test_extra_indexes_are_asked_after_the_first_and_folders_by_their_index_page(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nextra-index-url = https://a.example/simple\n    file:///srv/simple\n")
    assert dev.list_pip_pages(dev.read_pip_options([file], {})) == [
        "https://pypi.org/simple/pip/",
        "https://a.example/simple/pip/",
        "file:///srv/simple/pip/index.html",
    ]


def test_an_index_with_a_password_is_left_to_pip() -> None:
    options = dev.read_pip_options([], {"PIP_INDEX_URL": "https://aino:salaisuus@a.example/simple"})
    assert dev.list_pip_pages(options) == []


def test_configuration_is_looked_for_where_pip_does(tmp_path: Path) -> None:
    assert [str(file) for file in dev.find_pip_files({}, Path("/home/aino"))] == [
        "/etc/xdg/pip/pip.conf",
        "/etc/pip.conf",
        "/home/aino/.pip/pip.conf",
        "/home/aino/.config/pip/pip.conf",
    ]
    assert dev.find_pip_files({"PIP_CONFIG_FILE": "/srv/pip.conf"}, tmp_path)[-1] == Path("/srv/pip.conf")
    assert dev.find_pip_files({"PIP_CONFIG_FILE": os.devnull}, tmp_path) == []


def link(version: str, more: str = "", digest: str = f"#sha256={HASH}") -> str:
    return f'<a href="../../files/pip-{version}-py3-none-any.whl{digest}" {more}>pip</a>\n'


def test_the_newest_pip_is_chosen_by_number_and_its_address_made_whole() -> None:
    page = link("9.0.3") + link("25.10") + link("25.9") + '<a href="pip-26.0.tar.gz">source</a>'
    assert dev.choose_wheel(page, "https://a.example/simple/pip/", 11) == (
        "https://a.example/files/pip-25.10-py3-none-any.whl",
        HASH,
    )


@pytest.mark.parametrize(
    "unfit",
    [
        link("26.0b1"),
        link("26.0", 'data-yanked="broken"'),
        link("26.0", 'data-requires-python="&gt;=3.13"'),
        link("26.0", digest=""),
    ],
    ids=["pre-release", "withdrawn", "for a newer Python", "without a hash"],
)
def test_a_pip_that_will_not_do_is_passed_over(unfit: str) -> None:
    address = "https://a.example/simple/pip/"
    chosen = dev.choose_wheel(unfit + link("25.1", 'data-requires-python="&gt;=3.9"'), address, 11)
    assert chosen == ("https://a.example/files/pip-25.1-py3-none-any.whl", HASH)
    assert dev.choose_wheel(unfit, address, 11) is None


def test_pip_is_fetched_from_the_configured_index_and_installs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = write_index(tmp_path)
    (tmp_path / "venv").mkdir()
    monkeypatch.setattr(dev, "VENV", tmp_path / "venv")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"{tmp_path.as_uri()}/empty")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index)
    dev.fetch_pip()
    assert (tmp_path / "ran").read_text().startswith("install --quiet --no-index ")
    assert list((tmp_path / "venv").iterdir()) == []


def test_a_wheel_that_differs_from_its_hash_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", write_index(tmp_path, says=HASH))
    with pytest.raises(dev.Refusal, match="sha256 differs"):
        dev.fetch_pip()
    assert not (tmp_path / "ran").exists()


def test_the_named_browser_comes_before_those_on_the_path(tmp_path: Path) -> None:
    named = write_program(tmp_path / "own" / "browser")
    write_program(tmp_path / "bin" / "chromium")
    assert dev_machine.find_browser({"COOKIEGATE_BROWSER": named, "PATH": str(tmp_path / "bin")}) == named


def test_chromium_is_preferred_and_a_stub_that_does_not_start_passed_over(tmp_path: Path) -> None:
    chrome = write_program(tmp_path / "google-chrome")
    write_program(tmp_path / "chromium-browser", exit_code=1)
    assert dev_machine.find_browser({"PATH": str(tmp_path)}) == chrome
    chromium = write_program(tmp_path / "chromium")
    assert dev_machine.find_browser({"PATH": str(tmp_path)}) == chromium


def test_no_browser_is_none_and_a_named_one_that_does_not_start_an_error(tmp_path: Path) -> None:
    assert dev_machine.find_browser({"PATH": str(tmp_path)}) is None
    with pytest.raises(dev.Refusal, match="COOKIEGATE_BROWSER"):
        dev_machine.find_browser({"COOKIEGATE_BROWSER": str(tmp_path / "gone"), "PATH": str(tmp_path)})


def test_arguments_that_a_command_does_not_take_are_refused_before_anything_is_installed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        dev.main(["lint", "--fast"])
    assert "lint does not take --fast" in capsys.readouterr().err
