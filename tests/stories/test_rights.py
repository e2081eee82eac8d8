"""A visitor asks what is kept about them, then to be erased; the owner does it at a terminal while the site runs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cookiegate import CookieGate
from tests.asgi import call
from tests.databases.asking import ask
from tests.register.tree import check_tree, read_ids

from .site import SECRET, choose, keep, make_gate, website


def cookiegate(folder: Path, *words: str) -> tuple[int, str]:
    """The command in a process of its own, as at a terminal: its status, and what it prints."""
    environment = {"COOKIEGATE_STORE": f"sqlite:///{folder}/site.db", "COOKIEGATE_SECRET": SECRET,
                   "PYTHONPATH": str(Path(__file__).resolve().parents[2])}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "cookiegate", *words], capture_output=True, text=True, cwd=folder, env=environment
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


async def ask_at(folder: Path, *words: str) -> tuple[int, str]:
    return await asyncio.to_thread(cookiegate, folder, *words)


async def accept(gate: CookieGate) -> tuple[str, str]:
    """A new visitor accepts all: their cookie, and their consent id in it."""
    cookie = keep(await choose(gate))
    return cookie, cookie.rpartition("~")[2].partition(".")[0]


def test_a_person_is_erased_on_request_while_the_site_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        (aino, id), (_, other) = await accept(gate), await accept(gate)
        receipt = await call(gate, "GET", "/_cookiegate/receipt?format=json", [("cookie", aino)])
        assert receipt.status == 200
        (tmp_path / "receipt.json").write_bytes(receipt.body)

        _, added = await ask_at(tmp_path, "requests", "add", "erasure", "--channel", "e-mail", "--identity", "receipt")
        request = added.split(":")[0]
        status, copy = await ask_at(tmp_path, "subject", "export", "--cookie", aino)
        assert status == 0
        assert id in copy
        assert other not in copy
        status, said = await ask_at(tmp_path, "subject", "erase", "--receipt", "receipt.json", "--request", request)
        assert (status, "Anonymised: 1 decision" in said) == (0, True)
        assert "tell Filmi Oy" in said
        assert (await ask_at(tmp_path, "subject", "show", "--receipt", "receipt.json"))[0] == 1
        assert (await ask_at(tmp_path, "subject", "show", "--consent-id", other))[0] == 0
        assert (await ask_at(tmp_path, "requests", "close", request, "--outcome", "fulfilled"))[0] == 2

        assert gate.register.health()["store"]
        await choose(gate, "withdraw", cookie=aino)  # the browser was told nothing of it
        gate.register.close()
        assert read_ids(f"sqlite:///{tmp_path}/site.db") == ["", other, id]
        assert [leaf.kind for leaf in check_tree(f"sqlite:///{tmp_path}/site.db")].count("unlink") == 1

    asyncio.run(story())


def test_what_was_erased_is_in_no_file_of_the_store(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        (_, id), (_, other) = await accept(gate), await accept(gate)
        assert (await ask_at(tmp_path, "subject", "erase", "--all", "--consent-id", id))[0] == 0
        found = [file.name for file in tmp_path.iterdir() if id.encode() in file.read_bytes()]
        assert found == [], "while the gateway has the store open"
        gate.register.close()
        assert [file.name for file in tmp_path.iterdir() if id.encode() in file.read_bytes()] == []
        assert other.encode() in (tmp_path / "site.db").read_bytes()

    asyncio.run(story())


@pytest.mark.parametrize("decision", ["accept", "refuse", "withdraw"])
def test_no_choice_in_the_banner_makes_a_marketing_permit(tmp_path: Path, decision: str) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        await choose(gate, decision)
        gate.register.close()
        assert ask(f"sqlite:///{tmp_path}/site.db", "SELECT count(*) FROM permits") == [(0,)]
        assert (await ask_at(tmp_path, "permits", "check", "aino@example.test"))[0] == 1

    asyncio.run(story())


def test_a_refusal_leaves_nothing_by_which_somebody_could_be_found(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        await accept(gate)
        refused = keep(await choose(gate, "refuse"))
        gate.register.close()
        status, said = await ask_at(tmp_path, "subject", "export", "--cookie", refused)
        assert status == 1
        assert said.startswith("We cannot identify the person.")
        with pytest.raises(json.JSONDecodeError):
            json.loads(said)

    asyncio.run(story())
