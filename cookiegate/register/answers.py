"""Answers to the banner, counted until they are written: how many, where, and in which language. Never whose.

No address, number, time of day or browser is in it, so it is counted for those too who object to the visit log: a sum
is no personal data (GDPR recital 162), and without it nobody could see that a banner deceives.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cookiegate.visitor import AGENT_LENGTH

_MOST = 1000  # different ones between two writes


class Answer(NamedTuple):
    """One answer, as it waits to be counted. The agent is kept in memory only, and becomes a class of device."""

    day: str
    path: str  # reduced
    language: str  # in which it was asked
    agent: str
    banner: str  # mark of the policy that was shown
    answer: str  # given, partly, refused or withdrawn


class Answers:
    """Not safe between threads: the writer's lock is held around every call."""

    def __init__(self) -> None:
        self._counts: Counter[Answer] = Counter()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, answer: Answer, times: int = 1) -> None:
        answer = answer._replace(agent=answer.agent[:AGENT_LENGTH])
        if answer in self._counts or len(self._counts) < _MOST:
            self._counts[answer] += times
        else:
            self.dropped += times

    def take(self) -> Counter[Answer]:
        """All, to be written; the counting begins anew."""
        taken, self._counts = self._counts, Counter()
        return taken

    def put_back(self, answers: Counter[Answer]) -> None:
        for answer, times in answers.items():
            self.add(answer, times)
