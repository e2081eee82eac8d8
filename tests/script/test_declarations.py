"""cookiegate.d.ts, by the real TypeScript compiler; and it names just what banner.js gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.giving_up import give_up

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "static" / "consent-banner"
DECLARATIONS = SCRIPTS / "cookiegate.d.ts"
BY_DEV = ROOT / "tests" / "tools" / "node_modules" / ".bin" / "tsc"
RIGHT = """
const shown: boolean = window.cookiegate?.allows?.("youtube") ?? false;
const ids: readonly string[] = window.cookiegate?.choice?.services ?? [];
const unsubscribe = window.cookiegate?.onChange?.(choice => console.log(choice.purposes[0], choice.services.length));
unsubscribe?.();
window.cookiegate?.open?.();
document.addEventListener("cookiegate:choice", event => {
  if (event.detail.services.includes("youtube")) event.preventDefault();
});
console.log(shown, ids, window.cookiegate?.decided, window.cookiegate?.services, window.cookiegate?.purposes);
"""
WRONG = {
    'window.cookiegate.allows("youtube");': "possibly 'undefined'",
    'window.cookiegate?.allows("youtube");': "possibly 'undefined'",
    "window.cookiegate?.allows?.(1);": "not assignable",
    "window.cookiegate?.choice?.services.push('a');": "'push' does not exist",
    "window.cookiegate = {};": "read-only",
    "window.cookiegate?.allow?.('a');": "does not exist",
    "document.addEventListener('cookiegate:choice', e => e.detail.given);": "'given' does not exist",
}


@pytest.fixture(scope="module")
def tsc() -> str:
    found = os.environ.get("COOKIEGATE_TSC") or (str(BY_DEV) if BY_DEV.exists() else shutil.which("tsc"))
    if found and shutil.which("node"):
        return found
    give_up("the declarations", "no TypeScript compiler: `python3 dev.py test` gets one where node and npm are")


def compile_site(tsc: str, folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "site.ts").write_text(source, "utf-8")
    command = [tsc, *"--strict --noEmit --target es2022 --lib es2022,dom".split(), DECLARATIONS, "site.ts"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_site_that_uses_it_rightly_compiles(tsc: str, tmp_path: Path) -> None:
    said = compile_site(tsc, tmp_path, RIGHT)
    assert (said.returncode, said.stdout) == (0, "")


def test_what_would_fail_where_the_script_is_blocked_does_not_compile(tsc: str, tmp_path: Path) -> None:
    said = compile_site(tsc, tmp_path, "\n".join(WRONG)).stdout.splitlines()
    for number, (line, complaint) in enumerate(WRONG.items(), 1):
        here = [each for each in said if f"site.ts({number}," in each]
        assert here, line
        assert complaint in here[0], line


def test_what_is_declared_is_what_there_is() -> None:
    declared = re.search(r"interface Cookiegate \{(.*?)\n\}", DECLARATIONS.read_text("utf-8"), re.S)
    script = (SCRIPTS / "banner.js").read_text("utf-8")
    given = re.search(r"window\.cookiegate = Object\.freeze\(\{(.*?)\n  \}\);", script, re.S)
    assert declared
    assert given
    names = set(re.findall(r"^  (?:readonly )?(\w+)[:(]", declared[1], re.M))
    assert names == set(re.findall(r"^    (?:get )?(\w+)[:(,]", given[1], re.M))
    assert len(names) == 7
