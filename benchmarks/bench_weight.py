"""What the first page carries of ours, in bytes: python benchmarks/bench_weight.py [--check]

For every look and language, on the demonstration site's policy: guard, style, banner and script, as they go into a page
that nobody has decided on yet. Alone, since what the page around them lends to a compressor is different on every site.

inline   all of it stands in the page
linked   what stands in the page, and the files it names, each compressed by itself (for a site whose
         Content-Security-Policy forbids inline ones)

--check ends with 1 when the heaviest page of either kind is over MOST.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import brotli

from cookiegate.consent import UNDECIDED
from cookiegate.gate import Rules
from cookiegate.notices import Notices
from cookiegate.policy import LANGUAGES, compile_policy

POLICY = Path(__file__).resolve().parents[1] / "examples" / "company" / "cookiegate.toml"
LOOKS = ("bar", "corner", "dialog")
MOST = 4_096  # bytes, brotli -11


class Weight(NamedTuple):
    raw: int
    gzip: int
    brotli: int


def weigh(*pieces: bytes) -> Weight:
    """The sum of the pieces, each compressed by itself."""
    return Weight(
        sum(map(len, pieces)),
        sum(len(gzip.compress(piece, 9, mtime=0)) for piece in pieces),
        sum(len(brotli.compress(piece, quality=11)) for piece in pieces),
    )


def weigh_look(said: dict[str, Any], look: str) -> Iterator[tuple[str, Weight, Weight]]:
    """Each language with the weight of its page, inline and linked."""
    site = {**said["site"], "languages": list(LANGUAGES)}
    policy = compile_policy({**said, "site": site, "banner": {"look": look}})
    notices, names = Notices(policy), Rules(policy).allowance(UNDECIDED, "/").names
    for language in LANGUAGES:
        inside, beside = (
            notices.guard(names, inline=inline) + notices.control(language, UNDECIDED, return_to="/", inline=inline)
            for inline in (True, False)
        )
        files = [path for path in notices.assets if re.search(rb'(?:src|href)="%b"' % path.encode(), beside)]
        yield language, weigh(inside), weigh(beside, *(notices.assets[path].content for path in files))


def main() -> int:
    parser = argparse.ArgumentParser(description="Weigh what the first page carries of ours.")
    parser.add_argument("--check", action="store_true", help=f"exit with 1 above {MOST} bytes")
    check = parser.parse_args().check
    said = tomllib.loads(POLICY.read_text("utf-8"))
    sizes: dict[str, list[int]] = {"inline": [], "linked": []}
    print(f"{'':14}{'inline':^24}{'linked':^24}")
    print(f"{'look':8}{'':6}" + f"{'raw':>8}{'gzip':>8}{'brotli':>8}" * 2)
    for look in LOOKS:
        for language, inline, linked in weigh_look(said, look):
            print(f"{look:8}{language:6}" + "".join(f"{size:8,}" for size in (*inline, *linked)))
            sizes["inline"].append(inline.brotli)
            sizes["linked"].append(linked.brotli)
    for kind, each in sizes.items():
        print(f"heaviest {kind}, brotli: {max(each):,} of {MOST:,}")
    return int(check and max(map(max, sizes.values())) > MOST)


if __name__ == "__main__":
    sys.exit(main())
