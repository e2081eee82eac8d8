"""What must hold of services that were told by gateways which were killed, whenever that was."""

from __future__ import annotations

import random
import time
from pathlib import Path

from cookiegate.register import list_waiting
from tests.databases.asking import ask
from tests.forwarding.killing import Nursery, open_nursery
from tests.forwarding.site import write_policy
from tests.forwarding.stubs import Internet

PATIENCE = 300.0  # seconds


def kill_and_look(url: str, folder: Path, internet: Internet, rounds: int, longest: float = 0.6) -> Nursery:
    """So many rounds of gateways that are killed, one that sends the rest, and a look at what arrived."""
    policy = folder / "cookiegate.toml"
    policy.write_text(write_policy(internet), "utf-8")
    chance = random.Random(20260301)
    internet.answer = lambda *_: (chance.choice((204, 204, 204, 204, 503)), {})
    with open_nursery(url, policy, folder) as nursery:
        for _ in range(rounds):
            nursery.kill_round(chance, longest)
        internet.answer = lambda *_: (204, {})
        with nursery.draining():
            until = time.monotonic() + PATIENCE
            while left := ask(
                url, "SELECT service, count(*), count(claim), max(attempts) FROM outbox GROUP BY service"
            ):
                assert time.monotonic() < until, f"not all was sent: {left}"
                time.sleep(0.1)
    require_right(url, internet, nursery)
    return nursery


def require_right(url: str, internet: Internet, nursery: Nursery) -> None:
    ids = [each.id for each in internet.attempts]
    assert len(ids) == len(set(ids)), "none is sent twice under one id"
    arrived = {each.id.partition(".")[0] for each in internet.told}
    # What somebody was about to withdraw may be dropped before that is on the ledger, and their gateway be killed then.
    lost = {id for id, visitor in nursery.accepted.items() if visitor not in nursery.withdrawing} - arrived
    assert lost == set(), "none that was accepted is lost"
    late = [
        each
        for each in internet.attempts
        if each.time > nursery.withdrawn.get(each.page.rpartition("/")[2], float("inf"))
    ]
    assert late == [], "none is sent after a withdrawal that was acknowledged"
    counts = list_waiting(url)
    assert all(each.accepted == each.sent + each.dropped for each in counts), counts
    assert internet.wrong == []
