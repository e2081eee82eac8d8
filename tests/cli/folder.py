"""A folder as the owner of a site has it: policy, key, and a store in which two people have decided something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import Consent, Token
from cookiegate.policy import load_policy
from cookiegate.reports import Dossier, read_dossier
from cookiegate.reports import write_receipt as write_site_receipt
from tests.register.rights import AINO, OTSO, Site, make_decision, make_site

SECRET = "only-for-tests-0123456789abcdefghijklmnop"
POLICY = """
[site]
name = "Koivurannan saha"
hosts = ["www.koivurannansaha.example"]
languages = ["fi", "en"]

[controller]
name = "Koivurannan saha Oy"
email = "tietosuoja@koivurannansaha.example"

[purposes.statistics]
services = ["matomo"]

[purposes.marketing]
services = ["pikseli"]

[services.matomo]
name = "Matomo"
provider = "Matomo Oy"
policy_url = "https://matomo.example/privacy"
hosts = ["matomo.example"]

[services.pikseli]
name = "Pikseli"
provider = "Pikseli Oy"
hosts = ["pikseli.example"]
"""


def prepare(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(folder)
    for name in ("SETTINGS", "SECRET", "CHECKPOINT"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)
    Path("cookiegate.toml").write_text(POLICY, "utf-8")
    made = make_site(url, folder)
    monkeypatch.setenv("COOKIEGATE_STORE", url)
    monkeypatch.setenv("COOKIEGATE_LEDGER_KEY", str(made.key_file))
    made.record(
        make_decision(AINO),
        make_decision(OTSO, 1, "pikseli"),
        make_decision(AINO, 2, "matomo", "pikseli"),
        make_decision(AINO, 3, event="withdrawn"),
    )
    return made


def write_receipt(site: Site, at: int = 0, **altered: Any) -> str:
    """Aino's receipt as the site gives it for one of her decisions."""
    entry = read_dossier(site.url, site.subject(AINO), AINO).decisions[at]
    said = json.loads(write_site_receipt(site.url, Dossier((entry,))))
    Path("receipt.json").write_text(json.dumps(said | altered), "utf-8")
    return "receipt.json"


def seal(consent_id: str, secret: str = SECRET) -> str:
    policy = load_policy("cookiegate.toml")
    return Token(policy, [secret]).seal(Consent(True, frozenset(["matomo"]), frozenset(), 20_000, consent_id))
