"""The website of Kivijoen Kello once in every look of the banner, and once with values as long as anybody has them."""

from __future__ import annotations

from typing import Any

import pytest

from cookiegate.policy import LANGUAGES
from tests.stories.site import POLICY, answer

LOOKS = ("bar", "corner", "dialog")
# Everyday those that Finnish companies use and the ones that say most; all of them with `dev.py torture`.
in_languages = pytest.mark.parametrize(
    "languages",
    [
        pytest.param(("fi", "sv", "en", "el", "fr", "ga"), id="some languages"),
        pytest.param(LANGUAGES, id="every language", marks=pytest.mark.torture),
    ],
)
LONG_NAME = "Osakeyhtiö" + "kivijoen" * 11 + "Oy"  # 100 letters without a gap
ARABIC = "إحصاءات الزيارات وقياس الأداء"
OWN_PURPOSES = {
    "kavijamaarat": f'{{ fi = "{ARABIC}" }}',
    "lukijatutkimukset": '{ fi = "Lukijatutkimukset ja niihin perustuva sivuston pitkäjänteinen kehittäminen" }',
    "kumppanit": f'{{ fi = "{"Yhteistyökumppanuusmarkkinointi" * 3}" }}',
    "keskustelut": '{ fi = "Asiakaspalvelukeskustelut ja takaisinsoittopyynnöt kaikkina vuorokaudenaikoina" }',
    "kartat": '{ fi = "Kartat, reittiohjeet ja muut sijaintiin perustuvat palvelut" }',
}
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect width="900" height="90"/></svg>'
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Kello</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>a{{display:inline-block;padding:.3em}}</style></head>
<body><header><a href="/{language}">Kivijoen Kello</a></header>
<main><h1>Kello</h1><a href="#p59" id="first">loppuun</a>{text}
<form method="post" action="/"><label>Aa <input name="a"></label> <button>Bb</button></form>
<iframe src="https://filmi.example/v/1" title="Kello" width="280" height="158"></iframe></main>
<footer><a href="/{language}?2">Kello</a></footer></body></html>"""


def name_host(look: str, *, long: bool = False) -> str:
    return f"{look}{'-long' if long else ''}.kivijoenkello.example"


HOSTS = {look: name_host(look) for look in LOOKS}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """/fi, /sv and so on: a page in that language, longer than any screen, with nothing wrong in it."""
    if scope["type"] != "http":
        return
    if scope["path"] == "/logo.svg":
        return await answer(send, LOGO, kind=b"image/svg+xml")
    language = scope["path"].strip("/")
    if language not in LANGUAGES:
        return await answer(send, b"nothing here", status=404, kind=b"text/plain")
    text = "".join(f'<p>Kello {n} <a href="#p{n}" id="p{n}">lue lis\xe4\xe4 kellosta {n}</a></p>' for n in range(60))
    page = PAGE.format(language=language, text=text)
    await answer(send, page.encode(), kind=b"text/html; charset=utf-8")


def write_rules(look: str) -> str:
    languages = ", ".join(f'"{language}"' for language in LANGUAGES)
    rules = POLICY.replace('"site.example", "www.site.example"', f'"{name_host(look)}"')
    return rules.replace('"fi", "sv", "en"', languages) + f'[banner]\nlook = "{look}"\n'


def _write_long_rules(look: str) -> str:
    services = "".join(
        f'[services.palvelu-{id}]\nname = "{LONG_NAME}"\nprovider = "{LONG_NAME}"\nhosts = ["{id}.example"]\n'
        f'cookies = [{{ name = "{"k" * 100}", lifetime = "1 year" }}]\n'
        for id in OWN_PURPOSES
    )
    purposes = "".join(
        f'[purposes.{id}]\nservices = ["palvelu-{id}"]\ntitles = {titles}\n' for id, titles in OWN_PURPOSES.items()
    )
    return f"""
[site]
name = "{LONG_NAME}"
hosts = ["{name_host(look, long=True)}"]
languages = ["fi"]
[controller]
name = "{LONG_NAME}"
email = "tietosuoja@{"kello" * 8}.example"
{purposes}{services}
[[necessary]]
name = "{"n" * 100}"
reason = "{"Istunnontunnistamiskäytäntö" * 3}"
lifetime = "session"
[banner]
look = "{look}"
radius = 22
logo = "/logo.svg"
[[banner.links]]
url = "/fi"
titles = {{ fi = "Tietosuojaseloste" }}
[[banner.links]]
url = "/fi?2"
titles = {{ fi = "{"Rekisteriseloste" * 4}" }}
"""


SITES = {
    **{name_host(look): (app, write_rules(look)) for look in LOOKS},
    **{name_host(look, long=True): (app, _write_long_rules(look)) for look in LOOKS},
}
