"""Upstream's own built extension in a real Chromium: complete, with every rule that it ships."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Playwright, Worker

from .site import PATIENCE

# As upstream's rules/build.ts puts rules/ together.
_BUILD = """
const [bundle, folder, rule] = process.argv.slice(1), fs = require("fs"), {encodeRules} = require(bundle);
const read = name => JSON.parse(fs.readFileSync(`${folder}/${name}`));
const rules = {autoconsent: [...read("rules.json").autoconsent, JSON.parse(rule)]};
const write = (name, content) => fs.writeFileSync(`${folder}/${name}`, JSON.stringify(content));
write("compact-rules.json", encodeRules(rules.autoconsent, read("compact-rules.json")));
write("rules.json", rules);
"""
_RULES_ARE_THERE = "chrome.storage.local.get(['rules', 'fullRules']).then(all => Object.keys(all).length == 2)"
_REPORTS = "chrome.storage.session.get(null).then(all => Object.values(all).flatMap(tab => Object.values(tab)))"


def build_extension(package: Path, folder: Path, rule: Any = None) -> Path:
    """A copy in `folder`, with `rule` among its rules as if upstream had taken it in."""
    shutil.copytree(package / "dist" / "addon-mv3", folder)
    if rule is not None:
        bundle = package / "dist" / "autoconsent.cjs.js"
        subprocess.run(["node", "-e", _BUILD, bundle, folder, json.dumps(rule)], check=True)
    return folder


@contextmanager
def open_with_extension(
    playwright: Playwright, chromium: str, flags: list[str], extension: Path, profile: Path
) -> Iterator[BrowserContext]:
    """A Chromium in whose profile the extension is ready."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        args=[*flags, f"--disable-extensions-except={extension}", f"--load-extension={extension}"],
        ignore_default_args=["--disable-extensions"],
    )
    context.set_default_timeout(PATIENCE * 1000)
    try:
        worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
        _wait(worker, _RULES_ARE_THERE)
        yield context
    finally:
        context.close()


def wait_for_report(context: BrowserContext, **wanted: Any) -> dict[str, Any]:
    """What the extension has noted of a page, once it says so."""
    said = "&&".join(f"each.state.{key} === {json.dumps(value)}" for key, value in wanted.items())
    report = _wait(context.service_workers[0], f"{_REPORTS}.then(all => all.find(each => each.mainFrame && {said}))")
    state: dict[str, Any] = report["state"]
    return state


def _wait(worker: Worker, expression: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (value := worker.evaluate(expression)):
        assert time.monotonic() < end, worker.evaluate(_REPORTS)
        time.sleep(0.05)
    return value
