"""The sources of the banner, and how they are shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.notices import Notices, assets
from cookiegate.notices.assets import close_up, load_asset, strip_source


def test_every_asset_has_an_address_that_changes_with_its_content(notices: Notices) -> None:
    names = sorted(path.rpartition("/")[2] for path in notices.assets)
    assert names == [
        "banner.css",
        "banner.js",
        "captcha.js",
        "guard.js",
        "page.css",
        "settings.css",
        "settings.js",
    ]
    for path, asset in notices.assets.items():
        assert path == asset.path
        assert path.startswith("/_cookiegate/assets/")
        assert asset.content.isascii()


def test_the_guard_stands_in_the_page_or_beside_it(notices: Notices) -> None:
    guard = next(asset for path, asset in notices.assets.items() if path.endswith("/guard.js"))
    inside = notices.guard('a|"b.*<', nonce="bm9uY2U=")
    assert inside == b'<script nonce="bm9uY2U=" data-names="a|&#34;b.*&lt;">%b</script>' % guard.content
    beside = notices.guard("a", inline=False)
    assert beside == b'<script src="%b" data-names="a"></script>' % guard.path.encode()


def test_nothing_of_ours_can_end_the_element_it_stands_in(notices: Notices) -> None:
    for asset in notices.assets.values():
        for end in ("</", "<!--", "]]>"):
            assert end not in asset.text


def test_a_missing_source_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "FOLDERS", (tmp_path,))
    with pytest.raises(CookiegateError, match=r"banner\.js is missing"):
        load_asset("banner.js", "")


def test_a_source_inside_the_package_is_found_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "banner.js").write_text("1;\n")
    monkeypatch.setattr(assets, "FOLDERS", (tmp_path, *assets.FOLDERS))
    assert load_asset("banner.js", "").content == b"1;"


def test_a_source_that_is_not_ascii_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "banner.js").write_text("'ä';\n", "utf-8")
    monkeypatch.setattr(assets, "FOLDERS", (tmp_path,))
    with pytest.raises(CookiegateError, match="ASCII"):
        load_asset("banner.js", "")


def test_comments_and_indentation_are_left_out_and_nothing_else() -> None:
    source = '/* what\n   for */\n"use strict";\n  // why\n  const a = "https://a.example/*"; // kept\n\n  b();\n'
    assert strip_source(source) == '"use strict";\nconst a = "https://a.example/*"; // kept\nb();'


def test_a_script_loses_spaces_around_signs_and_none_within_texts_and_expressions() -> None:
    source = """if (a !== "b = \\" ; c") {
const part = {...a, "d , e": [1, 2]}, other = (a) => b ? `f : ${ g }` : '( h )';
return part.match(/[ /;] = ( \\/ x)/) || a + +b - -c;
}"""
    closed = """if(a!=="b = \\" ; c"){
const part={...a,"d , e":[1,2]},other=(a)=>b?`f : ${ g }`:'( h )';
return part.match(/[ /;] = ( \\/ x)/)||a + +b - -c;
}"""
    assert close_up(source) == closed


@pytest.mark.parametrize("file", sorted(assets.FOLDERS[1].glob("*.js")), ids=lambda file: file.name)
def test_no_script_of_ours_has_what_cannot_be_closed_up(file: Path) -> None:
    """No comment behind code, which may hold an apostrophe, and no division, which looks like an expression's start."""
    stripped = strip_source(file.read_text("utf-8"))
    code = re.sub(assets.LITERAL, "", stripped)
    assert "/" not in code
    assert not set(code) & set("\"'`")
    assert close_up(stripped).replace(" ", "") == stripped.replace(" ", "")
