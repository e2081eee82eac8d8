"""This machine's settings: a secret or a clear refusal, and never the secret where somebody might read it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cookiegate.errors import SettingsError
from cookiegate.settings import DEFAULT_STORE, Settings, demo_settings, find, load_settings

FIRST, SECOND = "a" * 32, "b" * 43


def write_settings(tmp_path: Path, text: str) -> dict[str, str]:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    return {"COOKIEGATE_SETTINGS": str(file)}


@pytest.mark.parametrize("environment", [{}, {"COOKIEGATE_SECRET": ""}, {"COOKIEGATE_SECRET": " , ,"}])
def test_without_a_secret_it_stops_and_says_how_to_make_one(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="COOKIEGATE_SECRET is not set") as refusal:
        load_settings(environment)
    assert "secrets.token_urlsafe(32)" in str(refusal.value)


def test_a_short_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="has 31 characters, fewer than 32") as refusal:
        load_settings({"COOKIEGATE_SECRET": "x" * 31})
    assert "xxx" not in str(refusal.value)


def test_each_secret_of_a_ring_is_looked_at() -> None:
    with pytest.raises(SettingsError, match="secret 2 of COOKIEGATE_SECRET has 5 characters"):
        load_settings({"COOKIEGATE_SECRET": f"{FIRST},short"})


def test_a_ring_keeps_its_order() -> None:
    assert load_settings({"COOKIEGATE_SECRET": f" {SECOND} ,{FIRST},"}).secrets == (SECOND, FIRST)


def test_what_is_not_set_has_its_default() -> None:
    assert load_settings({"COOKIEGATE_SECRET": FIRST}) == Settings((FIRST,), DEFAULT_STORE, (), "")


def test_everything_can_be_set_by_the_environment() -> None:
    settings = load_settings(
        {
            "COOKIEGATE_SECRET": FIRST,
            "COOKIEGATE_STORE": "sqlite:///other.db",
            "COOKIEGATE_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "COOKIEGATE_UPSTREAM": "http://127.0.0.1:8080",
        }
    )
    assert settings == Settings((FIRST,), "sqlite:///other.db", ("10.0.0.0/8", "::1"), "http://127.0.0.1:8080")


def test_a_file_holds_what_the_environment_does_not(tmp_path: Path) -> None:
    text = f'[settings]\nsecret = "{FIRST}"\nstore = "sqlite:///file.db"\nupstream = "http://file.test"\n'
    environment = {**write_settings(tmp_path, text), "COOKIEGATE_STORE": "sqlite:///environment.db"}
    assert load_settings(environment) == Settings((FIRST,), "sqlite:///environment.db", (), "http://file.test")
    assert find("store", environment) == "sqlite:///environment.db"
    assert find("store", write_settings(tmp_path, text)) == "sqlite:///file.db"
    assert find("store", {}) == DEFAULT_STORE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[settings", "cannot be read"),
        (
            "[settings]\nsecrets = 'x'",
            "has no 'secrets'; it has admin_url, checkpoint, google_analytics_secret",
        ),
        ("[settings]\nstore = 3", "is a text in quotes"),
        ("settings = 'x'", "is a text in quotes"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    environment = {**write_settings(tmp_path, text), "COOKIEGATE_SECRET": FIRST}
    with pytest.raises(SettingsError) as refusal:
        load_settings(environment)
    assert said in str(refusal.value)
    assert "settings.toml" in str(refusal.value)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_settings({"COOKIEGATE_SETTINGS": str(tmp_path / "none.toml")})
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"bytes\.toml cannot be read"):
        find("store", {"COOKIEGATE_SETTINGS": str(tmp_path / "bytes.toml")})


def test_no_secret_and_no_password_shows_in_a_log() -> None:
    settings = Settings((FIRST, SECOND), "postgresql://gate:pass@word@db.test/gate", (), "http://user:key@site.test/")
    for shown in (repr(settings), str(settings), f"{settings}", repr([settings])):
        assert FIRST not in shown
        assert SECOND not in shown
        assert "pass" not in shown
        assert "word" not in shown
        assert "key" not in shown
        assert "db.test/gate" in shown


def test_a_demo_makes_its_secret_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    before = os.umask(0)
    try:
        first = demo_settings(folder)
    finally:
        os.umask(before)
    file = folder / "cookiegate.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo_settings(folder) == first
    assert len(first.secrets[0]) >= 32
    assert first.store == f"sqlite:///{folder.resolve()}/cookiegate.db"
    assert demo_settings(tmp_path / "other").secrets != first.secrets


def test_half_a_demo_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.secret").touch()
    with pytest.raises(SettingsError, match="holds no whole secret; delete it"):
        demo_settings(tmp_path)
