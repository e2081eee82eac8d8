"""The pages that list every key: nothing that can be written in a policy or set on a machine is missing, or made up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from cookiegate.errors import SettingsError
from cookiegate.policy.model import DARK, LIGHT, Lifetime
from cookiegate.policy.schema import PolicyFile
from cookiegate.register.retention import ANSWER_DAYS, CONSENT_DAYS, FIGURE_DAYS, OBSERVATION_DAYS
from cookiegate.settings import load_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\|", re.MULTILINE)
RETENTION = {"answers": ANSWER_DAYS, "consents": CONSENT_DAYS, "figures": FIGURE_DAYS, "observations": OBSERVATION_DAYS}


def read_rows(page: str) -> list[tuple[str, str, str]]:
    return [
        (key, second.strip(), third.strip()) for key, second, third in ROW.findall((DOCS / page).read_text("utf-8"))
    ]


def list_keys(model: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that a policy may hold, and what pydantic knows of it. Tables by names of the owner's have <id>."""
    for name, field in model.model_fields.items():
        below = find_section(field.annotation)
        if before + name == "retention":
            names, _ = get_args(field.annotation)
            yield from ((f"retention.{each}", None) for each in get_args(names))
        elif below is None:
            yield before + name, field
        else:
            if name == "cookies":  # a list of names, or of tables
                yield before + name, field
            kind = ".<id>." if get_origin(field.annotation) is dict else "."
            yield from list_keys(below, before + name + kind)


def find_section(annotation: Any) -> Any:
    """The section in "Section", "list[Section]", "dict[…, Section]" or "Section | None"."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for each in get_args(annotation) if (found := find_section(each))), None)


def find_default(key: str, field: Any) -> str:
    """As the policy's page has to write it; "" where that is for its words to say."""
    if key.startswith("retention."):
        return f'`"{RETENTION[key.partition(".")[2]]} days"`'
    for colours, of in (("banner.colours.", LIGHT), ("banner.dark.", DARK)):
        if key.startswith(colours):
            return f'`"{getattr(of, key.removeprefix(colours))}"`'
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Lifetime):
        return f'`"{default.amount} {default.unit}"`'
    if default in (None, "", {}) or "Undefined" in type(default).__name__:
        return ""
    return f"`{json.dumps(default)}`"


def test_the_page_about_the_policy_has_every_key_once_and_no_other() -> None:
    written = [key for key, *_ in read_rows("policy.md")]
    assert sorted(written) == sorted(key for key, _ in list_keys(PolicyFile))


def test_the_page_about_the_policy_tells_each_default_as_it_is() -> None:
    written = {key: default for key, _, default in read_rows("policy.md")}
    expected = {key: default for key, field in list_keys(PolicyFile) if (default := find_default(key, field))}
    assert {key: written[key] for key in expected} == expected


def test_the_page_about_the_policy_says_required_where_the_file_would_be_refused() -> None:
    written = {key: default for key, _, default in read_rows("policy.md")}
    needed = {key for key, field in list_keys(PolicyFile) if field is not None and field.is_required()}
    assert {key for key in needed if written[key] != "required"} == set()


def test_the_page_about_settings_has_every_setting_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[settings]\nunknown = ""\n')
    with pytest.raises(SettingsError) as refused:
        load_settings({"COOKIEGATE_SETTINGS": str(file)})
    known = set(str(refused.value).partition("it has ")[2].split(", "))
    written = {key: name for key, name, _ in read_rows("settings.md")}
    assert written == {"COOKIEGATE_SETTINGS": "", **{f"COOKIEGATE_{name.upper()}": f"`{name}`" for name in known}}


@pytest.mark.parametrize("page", [file.name for file in sorted(DOCS.glob("*.md"))])
def test_every_link_between_pages_leads_somewhere(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert [link for link in re.findall(r"\]\(([^):#]+\.md)[)#]", text) if not (DOCS / link).exists()] == []
