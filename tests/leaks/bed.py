"""Runs the shared leak bench against the gate: one way of reaching a third party per page, in a real Chromium.

The bench (pages, a stand-in for the whole internet, a harness) is not part of this project. COOKIEGATE_LEAKBENCH names
its folder; otherwise it is looked for in `shared/leakbench` beside the project.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import find_port, wait_for

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODES = ("middleware", "gateway")
POLICIES = ("empty", "full")
# What nobody declares: these stay off in every state.
UNDECLARED = frozenset(("v38", "v41", "v44"))
UI = {
    "banner": "#cookiegate",
    "accept": ["#cookiegate [data-cookiegate=accept]"],
    "reject": ["#cookiegate [data-cookiegate=refuse]"],
    "withdraw": ["#cookiegate [data-cookiegate=withdraw]"],
    "own_cookies": "^(__Host-)?cookiegate",
}
# With nothing given there is nothing to withdraw: the visitor opens the settings and refuses.
UI_NOTHING_GIVEN = UI | {"withdraw": ["#cookiegate [data-cookiegate=settings]", "#cookiegate [data-cookiegate=refuse]"]}
SECRET = "only-for-the-leak-bench-0123456789abcdef"


@dataclass(frozen=True)
class Outcome:
    """What the harness saw of one policy in one mode. Ids of pages, empty where all is well."""

    before: list[str]
    after_refusal: list[str]
    withdrawn_in_page: list[str]
    withdrawn_next: list[str]
    identifiers_left: dict[str, list[str]]
    works_after_acceptance: list[str]
    broken: dict[str, Any]
    errors: dict[str, Any]
    pages: list[str]

    def row(self, title: str) -> str:
        cells = (
            len(self.before),
            len(self.after_refusal),
            len(self.works_after_acceptance),
            len(self.withdrawn_in_page),
            len(self.withdrawn_next),
            len(self.identifiers_left),
            len(self.broken),
        )
        return f"| {title} | " + " | ".join(map(str, cells)) + " |"


def find_bench() -> Path | None:
    named = os.environ.get("COOKIEGATE_LEAKBENCH")
    folder = Path(named) if named else ROOT.parent / "shared" / "leakbench"
    return folder if (folder / "run.py").is_file() else None


def run(
    mode: str,
    policy: str,
    *,
    only: str = "",
    settle: float = 1.2,
    jobs: int = 2,
    log: Path | None = None,
    namespace: bool = False,
) -> Outcome:
    """The whole bench, or the pages in `only`, against one policy in one mode.

    `namespace`: this process runs in a network namespace of its own (the bench's netns.sh), where DNS queries are seen.
    """
    bench = find_bench()
    assert bench is not None
    with tempfile.TemporaryDirectory(prefix="cookiegate-leaks-") as name:
        folder = Path(name) / "bench"
        shutil.copytree(bench, folder, ignore=shutil.ignore_patterns("node_modules"))
        # its certificate once, before several processes would each make one at the same moment
        subprocess.run([sys.executable, "-c", "from stub import Stub; Stub().close()"], cwd=folder, check=True)
        (folder / "ui.json").write_text(json.dumps(UI if policy == "full" else UI_NOTHING_GIVEN))
        with subject(mode, policy, folder, Path(name)) as url:
            command = [sys.executable, "run.py", "--subject", url, "--ui", "ui.json", "--nojs-ui", "-o", "out.json"]
            command += ["--settle", str(settle), "--jobs", str(jobs), *(["--only", only] if only else [])]
            command += ["--netns"] if namespace else []
            browser = {"CHROME": os.environ["COOKIEGATE_BROWSER"]} if "COOKIEGATE_BROWSER" in os.environ else {}
            done = subprocess.run(command, cwd=folder, env=os.environ | browser, capture_output=True, text=True)
        if log:
            log.write_text(done.stderr)
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        return read_outcome(json.loads((folder / "out.json").read_text()))


def read_outcome(result: dict[str, Any]) -> Outcome:
    summary = result["summary"]
    return Outcome(
        summary["before"],
        summary["after_reject"],
        summary["withdraw_inpage"],
        summary["withdraw_next_req"],
        summary["withdraw_cookies_left"],
        summary["works_after_accept"],
        summary["controls_broken"],
        summary["errors"],
        [each["id"] for each in result["vectors"]],
    )


@contextmanager
def subject(mode: str, policy: str, bench: Path, folder: Path) -> Iterator[str]:
    """The company's site behind the gate, on a port of its own."""
    settings = {
        "COOKIEGATE_SECRET": SECRET,
        "COOKIEGATE_STORE": f"sqlite:///{folder / 'leaks.db'}",
        "COOKIEGATE_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    port, policy_file = find_port(), HERE / f"{policy}.toml"
    with tempfile.TemporaryFile("w+") as output:
        running: list[subprocess.Popen[str]] = []

        def start(*command: str, **more: str) -> None:
            environment = os.environ | settings | more | {"PYTHONPATH": str(bench)}
            running.append(
                subprocess.Popen(command, cwd=bench, env=environment, stdout=output, stderr=output, text=True)
            )

        try:
            if mode == "gateway":
                origin = find_port()
                start(sys.executable, "stub.py", "--edge", str(find_port()), "--origin", str(origin), "--quiet")
                serve = ["serve", "--upstream", f"http://127.0.0.1:{origin}", "--policy", str(policy_file)]
                start(sys.executable, "-m", "cookiegate", *serve, "--port", str(port))
                wait_for(origin)
            else:
                start(sys.executable, str(HERE / "site.py"), str(port), str(policy_file))
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
