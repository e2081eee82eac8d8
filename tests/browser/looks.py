"""The website of Kivijoen Kello once for each look of the banner, in every language: pages with nothing wrong in them,
so that whatever is found wrong is ours."""

from __future__ import annotations

import json
from typing import Any, get_args

from cookiegate.notices import list_languages
from cookiegate.policy.schema import BannerSection
from tests.stories.site import POLICY, answer

LOOKS = tuple(look for look in get_args(BannerSection.model_fields["look"].annotation) if look != "none")
HOSTS = {look: f"{look}.kivijoenkello.example" for look in LOOKS}
LANGUAGES = tuple(list_languages())
LINKS = 40  # enough to scroll through

_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Kello</title><link rel="icon" href="data:,">
<style>a{{display:inline-block;padding:.5em}}</style></head>
<body><header><a href="/{language}">Kivijoen Kello</a></header>
<main><h1>Kello</h1><p>Aa bb cc.</p><ul>{links}</ul>
<form method="post" action="/"><label>Aa <input name="a"></label> <button>Bb</button></form>
<iframe src="https://filmi.example/v/1" title="Kello" width="280" height="158"></iframe></main>
<footer><a href="/{language}?2">Kello</a></footer></body></html>"""


def write_rules(look: str) -> str:
    """The policy of the site with this look."""
    named = POLICY.replace('"site.example", "www.site.example"', f'"{HOSTS[look]}"')
    spoken = named.replace('["fi", "sv", "en"]', json.dumps(LANGUAGES))
    return f'{spoken}\n[banner]\nlook = "{look}"\n'


async def app(scope: Any, receive: Any, send: Any) -> None:
    """/fi, /sv and so on."""
    if scope["type"] != "http":
        return
    language = scope["path"].strip("/")
    if language not in LANGUAGES:
        return await answer(send, b"nothing here", status=404, kind=b"text/plain")
    links = "".join(f'<li><a href="#{number}">Kello {number}</a></li>' for number in range(LINKS))
    page = _PAGE.format(language=language, links=links).encode()
    await answer(send, page, kind=b"text/html; charset=utf-8")
