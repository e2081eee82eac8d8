"""Consent hooks: the script by which services are told what was agreed to, before any code of theirs runs.

It never replaces the gate. A page in which none of them may run carries nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..policy import TAG_MANAGERS, Hook, Policy, list_hooks
from .assets import Asset, make_asset, read_source

_KEPT = 1024  # states whose attributes are remembered


class Hooks:
    """One site's hooks. Raises CookiegateError when a source of them is missing."""

    def __init__(self, policy: Policy, prefix: str) -> None:
        self._hooks = list_hooks(policy.services.keys() - policy.forwarded.keys())  # what runs in browsers
        self._heard = frozenset(
            service for hook in self._hooks.values() for named in hook.types.values() for service in named
        )
        self.asset = _compose(self._hooks, prefix) if self._hooks else None
        self._states: dict[tuple[frozenset[str], frozenset[str], bool, bool], bytes] = {}

    def element(
        self,
        given: frozenset[str],
        ahead: frozenset[str] = frozenset(),
        *,
        decided: bool,
        blocks: bool,
        nonce: str = "",
        inline: bool = True,
    ) -> bytes:
        """The script element, ASCII, for a page in which the services `given` may run; b"" where there is none to tell.

        `ahead` may run too, without anybody's consent. `blocks`: all others are kept from running. `decided`: the
        visitor has said yes or no to them.
        """
        if self.asset is None:
            return b""
        state = (given, ahead, decided, blocks)
        said = self._states.get(state)
        if said is None:
            if len(self._states) >= _KEPT:
                self._states.clear()
            said = self._states[state] = self._describe(*state)
        if not said:
            return b""
        mark = b' nonce="%b"' % nonce.encode("ascii") if nonce else b""
        if not inline:
            return b'<script%b src="%b"%b></script>' % (mark, self.asset.path.encode("ascii"), said)
        return b"<script%b%b>%b</script>" % (mark, said, self.asset.content)

    def _describe(self, given: frozenset[str], ahead: frozenset[str], decided: bool, blocks: bool) -> bytes:
        every = not blocks or not given.isdisjoint(TAG_MANAGERS)
        running = given | ahead
        run = [name for name, hook in self._hooks.items() if every or not running.isdisjoint(hook.services)]
        if not run:
            return b""
        # ids are words of ASCII (the policy file is checked for it)
        answer = f' data-given="{_join(given & self._heard)}"' if decided else ""
        return f' data-run="{_join(run)}"{answer}'.encode("ascii")


def _compose(hooks: Mapping[str, Hook], prefix: str) -> Asset:
    """hooks.js as this site sends it: with its own types of consent and no other hooks."""
    types = json.dumps({name: hook.types for name, hook in hooks.items()}, separators=(",", ":"))
    parts = [f"const types={types};", read_source("hooks.js")]
    parts += [f"{{\n{read_source(f'hook-{name}.js')}\n}}" for name in hooks]
    return make_asset("hooks.js", "(()=>{\n" + "\n".join(parts) + "\n})();", prefix)


def _join(names: Iterable[str]) -> str:
    return " ".join(sorted(names))
