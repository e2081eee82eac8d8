"""Checkpoints on their way to a witness."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cookiegate.consent import ConsentRecord, read_checkpoint
from cookiegate.errors import SettingsError
from cookiegate.policy import Policy
from cookiegate.register import Register, load_ledger_key
from cookiegate.register.herald import Herald


class Witness:
    """Somebody who keeps what they are sent, unless they are out of order."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.status = 204
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if witness.status == 204:
                    witness.kept.append(body)
                self.send_response(witness.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/checkpoints"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def witness() -> Iterator[Witness]:
    witness = Witness()
    yield witness
    witness.close()


def test_a_decision_is_covered_by_what_the_witness_keeps(
    tmp_path: Path, policy: Policy, record: Callable[..., ConsentRecord], witness: Witness
) -> None:
    register = Register(f"sqlite:///{tmp_path}/site.db", policy, witness=witness.url)
    asyncio.run(register.record(record("a")))
    for _ in range(100):
        if witness.kept:
            break
        time.sleep(0.05)
    register.close()
    keys = load_ledger_key(tmp_path / "site.db.ledgerkey").verifiers
    assert read_checkpoint(witness.kept[0], keys).size >= 1
    assert len(witness.kept) == 1, "once an hour"


def test_a_witness_that_is_out_of_order_holds_nothing_up(witness: Witness, caplog: pytest.LogCaptureFixture) -> None:
    herald = Herald(witness.url)
    witness.status = 500
    herald.tell(b"first")
    herald.close()
    assert "500" in herald.error
    assert "the witness did not take a checkpoint" in caplog.text
    herald.tell(b"second")
    herald.close()
    assert witness.kept == [], "not tried again at once"


def test_what_is_no_url_is_said_at_the_start(tmp_path: Path, policy: Policy) -> None:
    with pytest.raises(SettingsError, match="name a URL"):
        Register(f"sqlite:///{tmp_path}/site.db", policy, witness="witness.example")
