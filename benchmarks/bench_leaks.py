"""The leak bench in both modes with both policies: python benchmarks/bench_leaks.py [--mode gateway] [--policy full]"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.leaks import bed

HEAD = (
    "| gate as, policy | before | after refusal | work after acceptance | in the page after withdrawal "
    "| next page | pages with identifiers left | controls broken |\n|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=bed.MODES)
    parser.add_argument("--policy", choices=bed.POLICIES)
    parser.add_argument("--only", default="", help="pages, such as v01,c05")
    parser.add_argument("--settle", type=float, default=1.2)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--netns", action="store_true", help="inside the bench's netns.sh: DNS queries are seen (v10)")
    said = parser.parse_args()
    print(HEAD, flush=True)
    for mode in [said.mode] if said.mode else bed.MODES:
        for policy in [said.policy] if said.policy else bed.POLICIES:
            begun = time.monotonic()
            log = Path(f"/tmp/leaks-{mode}-{policy}.log")
            outcome = bed.run(
                mode, policy, only=said.only, settle=said.settle, jobs=said.jobs, log=log, namespace=said.netns
            )
            print(outcome.row(f"{mode}, {policy}"), flush=True)
            print(outcome, f"{time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
