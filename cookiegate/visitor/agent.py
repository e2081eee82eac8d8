"""What a User-Agent says about browser and device, in families: enough to count, too little to tell people apart.

Never called on the request path: a new agent costs a millisecond, an uncut one of 64 KB a third of a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .programs import find_program

AGENT_LENGTH = 256  # characters that are looked at

_LONGEST_NAME = 60
_UNPRINTABLE = re.compile(r"[^ -~]+")


@dataclass(frozen=True, slots=True)
class Agent:
    browser: str  # family and major version: "Firefox 131", of a program what tells it: "curl/"; "" when not known
    system: str  # family: "Windows"; "" when not known
    device: str  # desktop, mobile, tablet, bot or other
    bot: bool


def describe(user_agent: str) -> Agent:
    """Browser, system and device class of a User-Agent. An empty one is a bot: every browser sends one."""
    return _describe(user_agent[:AGENT_LENGTH].strip())


@lru_cache(maxsize=8192)  # of 256 characters at most: five megabytes
def _describe(text: str) -> Agent:
    if not text:
        return Agent("", "", "bot", True)
    program = find_program(text)
    if program:
        return Agent(program, "", "bot", True)
    import user_agents  # compiles a thousand expressions, most of the start of a command that needs none of them

    parsed = user_agents.parse(text)
    major = parsed.browser.version[0] if parsed.browser.version else ""
    if parsed.is_bot:
        return Agent("bot", "", "bot", True)
    if parsed.is_tablet:
        device = "tablet"
    elif parsed.is_mobile:
        device = "mobile"
    else:
        device = "desktop" if parsed.is_pc else "other"
    return Agent(_name(parsed.browser.family, major), _name(parsed.os.family), device, False)


def _name(family: str, version: object = "") -> str:
    """Printable ASCII of bounded length: a family may be copied out of the agent, whose author is anybody."""
    if family == "Other":
        return ""
    return _UNPRINTABLE.sub("", f"{family} {version}").strip()[:_LONGEST_NAME]
