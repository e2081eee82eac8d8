"""What the banner does to a page: python benchmarks/bench_page.py [--runs 5] [--check]

layout shift  the cumulative layout shift while a page is loaded, scrolled, and answered (Chromium's own measure)
requests      what the page with the banner waits for before it shows anything; the page itself waits for nothing
Lighthouse    scores of the page with the gate and its banner and of the same page without a gate, in turn; the median.
              It comes from npm, into a folder of its own that is thrown away; without npm its rows are left out.

The page is one with nothing wrong in it, in the language that needs most room, on a phone as Lighthouse imitates it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cookiegate import CookieGate
from cookiegate.settings import demo_settings
from tests.browser.looks import LOOKS, app, write_rules
from tests.chromium import find_chromium
from tests.ports import find_port
from tests.serving import serve

LANGUAGE = "el"
LIGHTHOUSE = "lighthouse@12"  # the next ones want a newer Node than Debian has
FLAGS = ["--no-sandbox", "--disable-background-networking"]
WATCH = """new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted = (window.shifted || 0) + each.value;
}).observe({type: "layout-shift", buffered: true});"""


@contextmanager
def gated(look: str, folder: Path) -> Iterator[str]:
    policy = folder / f"{look}.toml"
    policy.write_text(write_rules(look), "utf-8")
    gate = CookieGate(app, policy=policy, settings=demo_settings(folder))
    with serve_page(gate) as address:
        yield address


@contextmanager
def serve_page(app: Any) -> Iterator[str]:
    port = find_port()
    with serve((app, port)):
        yield f"http://127.0.0.1:{port}/{LANGUAGE}"


def shift(page: Page, address: str) -> float:
    """Of all that a visitor sees until after they have refused; what moves at once by a click is no shift."""
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.mouse.wheel(0, 3_000)
    page.wait_for_timeout(300)
    page.locator("#cookiegate button[value=refuse]").click()
    page.wait_for_timeout(700)
    return float(page.evaluate("window.shifted || 0"))


def count_blocking(page: Page, address: str) -> int:
    """The files that the page waits for before it shows anything."""
    page.goto(address, wait_until="networkidle")
    return int(page.evaluate("performance.getEntriesByType('resource').filter("
                             "each => each.renderBlockingStatus === 'blocking').length"))  # fmt: skip


def score(lighthouse: Path, address: str, chromium: str, folder: Path) -> dict[str, float]:
    report = folder / "report.json"
    command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={report}",
               "--only-categories=performance,accessibility",
               f"--chrome-flags={' '.join(['--headless', *FLAGS])}"]  # fmt: skip
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium}, stderr=subprocess.DEVNULL)
    categories: dict[str, Any] = json.loads(report.read_text("utf-8"))["categories"]
    return {name: each["score"] * 100 for name, each in categories.items()}


def install_lighthouse(folder: Path) -> Path | None:
    if not shutil.which("npm"):
        return None
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "install", *quiet, "--prefix", folder, LIGHTHOUSE], check=True)
    return folder / "node_modules" / ".bin" / "lighthouse"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="of Lighthouse on each page")
    parser.add_argument("--check", action="store_true", help="exit 1 if a figure is not what it must be")
    said = parser.parse_args()
    chromium = find_chromium() or sys.exit("no Chromium on PATH, and COOKIEGATE_BROWSER names none")
    missed = False
    print("| | | at most or least | |\n|---|---|---|---|")

    def tell(what: str, figure: float, bound: float, met: bool) -> None:
        nonlocal missed
        missed |= not met
        print(f"| {what} | {figure:.3f} | {bound:.3f} | {'met' if met else 'MISSED'} |", flush=True)

    with tempfile.TemporaryDirectory() as name, serve_page(app) as bare, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look in LOOKS:
            with gated(look, folder) as address:
                for width in (390, 1280):
                    page = browser.new_page(viewport={"width": width, "height": 800})
                    shifted = shift(page, address)
                    tell(f"{look}, {width} px: layout shift", shifted, 0, shifted == 0)
                blocking = count_blocking(browser.new_page(), address)
                tell(f"{look}: blocking requests", blocking, 0, not blocking)
        browser.close()
        lighthouse = install_lighthouse(folder)
        if lighthouse is None:
            print("no npm: Lighthouse is left out", file=sys.stderr)
            sys.exit(int(said.check and missed))
        for look in LOOKS:
            with gated(look, folder) as address:
                scores = [
                    (
                        score(lighthouse, bare, chromium, folder),
                        score(lighthouse, address, chromium, folder),
                    )
                    for _ in range(said.runs)
                ]
            without, with_it = (median(each[side]["performance"] for each in scores) for side in (0, 1))
            tell(f"{look}: Lighthouse, performance", with_it, without - 1, with_it >= without - 1)
            accessible = min(each[1]["accessibility"] for each in scores)
            tell(f"{look}: Lighthouse, accessibility", accessible, 100, accessible == 100)
    sys.exit(int(said.check and missed))


if __name__ == "__main__":
    main()
