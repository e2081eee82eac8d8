"""`cookiegate staff` and `cookiegate admin` as somebody types them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from cookiegate.register import sign_in
from cookiegate.store import open_store
from tests.cli.commands import run
from tests.cli.folder import prepare
from tests.ports import find_port, wait_for
from tests.register.rights import Site

PASSWORD = re.compile(r"^[a-z2-9]{5}(?:-[a-z2-9]{5}){3}$", re.MULTILINE)


@pytest.fixture
def site(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name in ("ADMIN_URL", "STAFF_CODES", "TRUSTED_PROXIES"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)
    return prepare(url, tmp_path, monkeypatch)


def test_an_account_is_made_listed_changed_and_closed(site: Site) -> None:
    assert "make one with" in run("staff", "list").output
    made = run("staff", "add", "aino", "--role", "officer", "--by", "otso", "--why", "new at work")
    assert made.exit_code == 0
    found = PASSWORD.search(made.output)
    assert found
    assert sign_in(site.url, "aino", found[0], "", 0)
    listed = run("staff", "list").output
    assert re.search(r"^aino +officer +no codes +has to change the password$", listed, re.MULTILINE)
    assert run("staff", "role", "aino", "--role", "auditor").output == "aino: auditor\n"
    again = PASSWORD.search(run("staff", "reset", "aino").output)
    assert again
    assert again[0] != found[0]
    assert run("staff", "disable", "aino").exit_code == 0
    assert "disabled on" in run("staff", "list").output
    acts = [each for each in site.acts() if each["act"].startswith("staff ")]
    assert (acts[0]["by"], acts[0]["why"], acts[0]["staff"]) == ("otso", "new at work", "aino")
    assert [each["act"] for each in acts if each["act"] != "staff login"] == [
        "staff add", "staff role", "staff reset", "staff disable",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Aino Esimerkki", "--role", "admin"), "small letters"),
        (("add", "aino"), "--role"),
        (("add", "aino", "--role", "root"), "'root' is not one of"),
        (("disable", "nobody"), "there is no account nobody"),
        (("reset", "nobody"), "there is no account nobody"),
        (("role", "nobody", "--role", "admin"), "there is no account nobody"),
    ],
)
def test_misuse_is_said_in_words(site: Site, words: tuple[str, ...], said: str) -> None:
    result = run("staff", *words)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "admin.example"])
def test_it_is_not_served_to_others_without_tls(site: Site, host: str) -> None:
    result = run("admin", "--host", host)
    assert result.exit_code == 2
    assert "Passwords would go over the network in the clear" in result.output
    assert f"--host {host} --public https://" in result.output


@pytest.mark.parametrize(
    "public", ["http://admin.example", "admin.example", "https://", "https://admin.example/x", "https://a@b.example"]
)
def test_where_browsers_reach_it_is_an_https_address(site: Site, public: str) -> None:
    result = run("admin", "--host", "0.0.0.0", "--public", public)
    assert result.exit_code == 2
    assert "https://admin.example.org" in result.output


def test_a_setting_that_is_misspelt_is_not_taken_for_none(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIEGATE_STAFF_CODES", "yes")
    result = run("admin")
    assert result.exit_code == 2
    assert "required" in result.output


def test_a_store_that_is_not_there_is_said_in_words(site: Site) -> None:
    assert "there is no such file" in run("admin", "--store", "sqlite:///none.db").output


def test_it_serves_and_stops_when_told(site: Site) -> None:
    port = find_port()
    command = [sys.executable, "-m", "cookiegate", "admin", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as process:
        try:
            wait_for(port)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=30) as answer:
                assert answer.status == 200
                assert "default-src 'none'" in answer.headers["content-security-policy"]
        finally:
            process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[0].decode()
    assert "Nobody can sign in yet" in said
    assert f"the dashboard is at http://127.0.0.1:{port}/" in said
    assert "Traceback" not in said
    open_store(site.url).close()
