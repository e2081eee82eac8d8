"""How many programs are told from browsers: python benchmarks/bench_agents.py

    pip install crawler-user-agents fake-useragent

The first brings the User-Agents of 2,000 programs, and a list of patterns for them; the second those of browsers as
a large site sees them. Measured are this project's words, that list of patterns, and user-agents alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.resources import files

import user_agents

from cookiegate.visitor.agent import AGENT_LENGTH
from cookiegate.visitor.programs import find_program

try:
    import crawleruseragents
except ImportError:
    sys.exit("pip install crawler-user-agents fake-useragent")


def list_browsers() -> list[str]:
    lines = files("fake_useragent").joinpath("data", "browsers.jsonl").read_text("utf-8").splitlines()
    return sorted({json.loads(line)["useragent"] for line in lines})


def list_programs() -> list[str]:
    known = crawleruseragents.CRAWLER_USER_AGENTS_DATA
    return sorted({agent for each in known for agent in each.get("instances", ())})


def measure(tell: Callable[[str], object], agents: list[str]) -> tuple[list[str], float]:
    """Those that are told to be programs, and the µs that one takes."""
    tell(agents[0])  # expressions are compiled
    begun = time.process_time()
    found = [agent for agent in agents if tell(agent[:AGENT_LENGTH])]
    return found, (time.process_time() - begun) / len(agents) * 1e6


def main() -> None:
    programs, browsers = list_programs(), list_browsers()
    print(f"{len(programs)} programs, {len(browsers)} browsers\n")
    print("| | programs found | browsers taken for one | µs a program | µs a browser |\n|---|---|---|---|---|")
    ways: dict[str, Callable[[str], object]] = {
        "our words": find_program,
        "crawler-user-agents": crawleruseragents.is_crawler,
        "user-agents": lambda agent: user_agents.parse(agent).is_bot,
    }
    for name, tell in ways.items():
        (found, spent), (wrong, spent_browser) = measure(tell, programs), measure(tell, browsers)
        share = 100 * len(found) / len(programs)
        print(f"| {name} | {share:.1f} % | {len(wrong)} | {spent:.0f} | {spent_browser:.0f} |")
    missed = [agent for agent in programs if not find_program(agent[:AGENT_LENGTH])]
    print("\nNot found by our words:\n", *missed, sep="\n    ")


if __name__ == "__main__":
    main()
