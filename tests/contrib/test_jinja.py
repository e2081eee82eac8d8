"""A template asks what its visitor has agreed to, and is told of that one visitor."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jinja2 import Environment

from cookiegate.contrib import jinja
from tests.asgi import call
from tests.stories.site import answer, choose, keep, make_gate

ENVIRONMENT = Environment(autoescape=True)
jinja.install(ENVIRONMENT)
TEMPLATE = ENVIRONMENT.from_string(
    "{% macro said(name) %}{{ name }}={{ consent_given(name) }} {% endmacro %}"
    "{% if consent_given('filmi') %}film {% endif %}{{ said('statistics') }}{{ said('google-analytics') }}"
)


async def website(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, b"<p>" + (await asyncio.to_thread(TEMPLATE.render)).encode())


def test_a_template_is_told_what_the_visitor_has_given(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        film = keep(await choose(gate, "save", service="filmi"))
        counted = keep(await choose(gate, "save", purpose="statistics"))
        pages = [(await call(gate, headers=[("cookie", cookie)])).body for cookie in (film, counted, "")]
        nothing = b"statistics=False google-analytics=False "
        assert [page.partition(b"<p>")[2].partition(b"<")[0] for page in pages] == [
            b"film " + nothing,
            b"statistics=True google-analytics=True ",
            nothing,
        ]
        gate.register.close()

    asyncio.run(story())


def test_outside_a_request_nothing_was_given() -> None:
    assert TEMPLATE.render() == "statistics=False google-analytics=False "
