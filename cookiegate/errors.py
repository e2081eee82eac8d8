"""All exceptions that cookiegate raises on purpose."""

from __future__ import annotations

from dataclasses import dataclass


class CookiegateError(Exception):
    """Anything cookiegate raises on purpose; its text is meant for the person who runs the site."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a policy: where it stands, what was seen there, and what to do."""

    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.key}: {self.message}"
        return f"{text}\n    {self.hint}" if self.hint else text


class PolicyError(CookiegateError):
    """A policy that cannot be used; `problems` holds every reason at once."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source = source
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {problem}" for problem in problems))


class SettingsError(CookiegateError):
    """This machine's settings are missing or unusable: secret, store, upstream, trusted proxies."""


class StoreError(CookiegateError):
    """The store did not take what it was given; nothing may be acknowledged."""


class NoStoreError(StoreError):
    """There is no such file or database yet, or nothing was ever recorded in it."""


class SchemaError(StoreError):
    """The store was made by an older version and must be upgraded, or by a newer one."""


class LedgerError(CookiegateError):
    """The consent ledger, or a proof, key or checkpoint of it, is not what it must be."""


class UpstreamError(CookiegateError):
    """The website behind the gateway cannot be reached or broke off."""
