"""What a policy asks, question by question, each under a name short enough for a cookie.

A name is six characters, 36 bits of a digest over all that is asked. So an answer holds for just the question that was
answered, under any policy that asks the same, and for no other. That a new question bears by chance the name of one of
twenty-five that a visitor agreed to happens once in 2.7 thousand million.

A question is about one service. Where a policy asks about more than a cookie can name, it is about all services of a
purpose: then whatever changes in a purpose, all of it is asked again.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ..policy import Policy, digest_controller, digest_service
from .choice import Consent

NAME = 6  # characters of a name
_MOST = 49  # services that are named singly: those that find room in a cookie, with the id of who gave them


class Answers(NamedTuple):
    """What a cookie says, by names of questions."""

    given: frozenset[str]
    refused: frozenset[str]
    partly: frozenset[str]  # a name, and in hex one bit for each service of the question


class Question(NamedTuple):
    name: str
    services: tuple[str, ...]  # sorted


class Questions:
    """Between services, which one policy has, and the names of questions, which mean the same under every policy."""

    def __init__(self, policy: Policy) -> None:
        self.controller = _name(digest_controller(policy.controller))
        self._services = policy.services.keys()
        self._purposes: list[tuple[Question, list[Question]]] = []  # all of a purpose, and its services singly
        for purpose in policy.purposes:
            digests = {each.id: digest_service(each, purpose.id) for each in purpose.services}
            if digests:
                ids = sorted(digests)
                whole = Question(_name(b"".join(digests[id] for id in ids)), tuple(ids))
                self._purposes.append((whole, [Question(_name(digests[id]), (id,)) for id in ids]))
        names = Counter(single.name for _, singles in self._purposes for single in singles)
        # two of one name could not be told apart: then none of them is named singly
        self._alike = {name for name, times in names.items() if times > 1}
        self._coarse = len(self._services) > _MOST or bool(self._alike)
        self._own = {question.name for question in self._list_questions()}

    def read(self, answers: Answers) -> tuple[frozenset[str], frozenset[str]]:
        """The services given, and those of which nothing was said. Where two answers differ, no means no."""
        partly = {each[:NAME]: int(each[NAME:], 16) for each in answers.partly}
        given: set[str] = set()
        refused: set[str] = set()
        for question in self._list_questions():
            if question.name in answers.given:
                given.update(question.services)
            elif question.name in answers.refused:
                refused.update(question.services)
            elif not partly.get(question.name, 0) >> len(question.services) and question.name in partly:
                for bit, id in enumerate(question.services):
                    (given if partly[question.name] >> bit & 1 else refused).add(id)
        return frozenset(given - refused), frozenset(self._services - given - refused)

    def keep_others(self, answers: Answers) -> tuple[frozenset[str], frozenset[str]]:
        """The answers given and refused to questions that this policy does not ask."""
        given = frozenset(each for each in answers.given | answers.partly if each[:NAME] not in self._own)
        return given, answers.refused - self._own

    def write(self, consent: Consent) -> Iterator[tuple[str, str]]:
        """(which field of Answers, what to say there), what matters most first."""
        yield from sorted(self._write_own(consent), key=lambda said: (said[0] == "refused", said))
        yield from (("given" if len(name) == NAME else "partly", name) for name in sorted(consent.given_elsewhere))
        yield from (("refused", name) for name in sorted(consent.refused_elsewhere))

    def _write_own(self, consent: Consent) -> Iterator[tuple[str, str]]:
        for whole, singles in self._purposes:
            together = self._coarse and consent.unanswered.isdisjoint(whole.services)
            for question in [whole] if together else singles:
                if question.name in self._alike or not consent.unanswered.isdisjoint(question.services):
                    continue
                bits = sum(1 << bit for bit, id in enumerate(question.services) if id in consent.services)
                if not bits:
                    yield "refused", question.name
                elif bits.bit_count() == len(question.services):
                    yield "given", question.name
                else:
                    yield "partly", f"{question.name}{bits:x}"

    def _list_questions(self) -> Iterator[Question]:
        for whole, singles in self._purposes:
            yield whole
            yield from (single for single in singles if single.name not in self._alike)


def _name(said: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(said).digest())[:NAME].decode()
