"""The website of Koivurannan Saha Oy as its builder left it: tags, frames, fonts and two cookies of its own, no gate.

`app` is an ordinary Starlette application. Nothing in it knows about consent; `gated.py` puts the gate in front of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

HERE = Path(__file__).parent
TEXTS = tomllib.loads((HERE / "texts.toml").read_text("utf-8"))

# Where each page lives in each language; the first language answers at the bare address.
ADDRESSES = {
    "home": {"fi": "/", "sv": "/sv/", "en": "/en/"},
    "cabins": {"fi": "/mokit/", "sv": "/sv/stugor/", "en": "/en/cabins/"},
    "contact": {"fi": "/yhteys/", "sv": "/sv/kontakt/", "en": "/en/contact/"},
    "privacy": {"fi": "/tietosuoja/", "sv": "/sv/dataskydd/", "en": "/en/privacy/"},
}

LANGUAGE_COOKIE = "kieli"  # the language that the visitor clicked, kept for a year
BASKET_COOKIE = "tarjouskori"  # the cabins to be quoted, kept until the browser closes
LANGUAGE_SECONDS = 365 * 86_400
MESSAGE_BYTES = 20_000


class Cabin(NamedTuple):
    id: str
    name: str
    area: int  # square metres
    price: str  # euros, as written


CABINS = (
    Cabin("lampi", "Lampi", 24, "38 500 €"),
    Cabin("niemi", "Niemi", 52, "79 900 €"),
    Cabin("selka", "Selkä", 96, "148 000 €"),
)

pages = Jinja2Templates(directory=HERE / "pages")


async def show_home(request: Request, language: str) -> Response:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if request.scope["path"] == "/" and chosen in TEXTS and chosen != language:
        return _see_other(ADDRESSES["home"][chosen])
    return _render(request, "home", language)


async def show_cabins(request: Request, language: str) -> Response:
    """GET shows the models; POST adds one to the quote request, which is kept in a cookie."""
    if request.method != "POST":
        return _render(request, "cabins", language)
    asked = (await _read_form(request)).get("cabin", "")
    if asked not in {cabin.id for cabin in CABINS}:
        raise HTTPException(422)
    wanted = {cabin.id for cabin in _read_basket(request)} | {asked}
    response = _see_other(ADDRESSES["cabins"][language])
    basket = ".".join(cabin.id for cabin in CABINS if cabin.id in wanted)
    response.set_cookie(BASKET_COOKIE, basket, httponly=True, samesite="lax", secure=request.scope["scheme"] == "https")
    return response


async def show_contact(request: Request, language: str) -> Response:
    """GET shows form and map; POST thanks, empties the quote request and forgets what was written."""
    if request.method != "POST":
        return _render(request, "contact", language, sent="sent" in request.query_params)
    written = await _read_form(request)
    if not all(written.get(field, "").strip() for field in ("name", "email", "message")):
        return _render(request, "contact", language, status=422, written=written, failed=True)
    response = _see_other(ADDRESSES["contact"][language] + "?sent#form")
    response.delete_cookie(BASKET_COOKIE, httponly=True, samesite="lax", secure=request.scope["scheme"] == "https")
    return response


async def show_privacy(request: Request, language: str) -> Response:
    return _render(request, "privacy", language)


async def choose_language(request: Request) -> Response:
    """Remember the language that was clicked and go to the same page in it."""
    language, page = request.path_params["language"], request.path_params["page"]
    if language not in TEXTS or page not in ADDRESSES:
        raise HTTPException(404)
    response = _see_other(ADDRESSES[page][language])
    secure = request.scope["scheme"] == "https"
    response.set_cookie(LANGUAGE_COOKIE, language, LANGUAGE_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response


def _render(request: Request, page: str, language: str, *, status: int = 200, **more: object) -> Response:
    return pages.TemplateResponse(
        request,
        f"{page}.html",
        {
            "page": page,
            "language": language,
            "text": TEXTS[language],
            "languages": {other: TEXTS[other]["language"] for other in TEXTS},
            "address": {each: ADDRESSES[each][language] for each in ADDRESSES},
            "alternates": ADDRESSES[page],
            "all_cabins": CABINS,
            "basket": _read_basket(request),
            **more,
        },
        status_code=status,
        headers={"Vary": "Cookie", "Cache-Control": "private, no-cache"},  # the header names the quote request
    )


def _read_basket(request: Request) -> tuple[Cabin, ...]:
    wanted = request.cookies.get(BASKET_COOKIE, "").split(".")
    return tuple(cabin for cabin in CABINS if cabin.id in wanted)


async def _read_form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MESSAGE_BYTES:
            raise HTTPException(413)
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}


def _see_other(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers={"Vary": "Cookie", "Cache-Control": "private, no-cache"})


def _in_language(
    show: Callable[[Request, str], Awaitable[Response]], language: str
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await show(request, language)

    return endpoint


_SHOWN = {"home": show_home, "cabins": show_cabins, "contact": show_contact, "privacy": show_privacy}
_METHODS = {"cabins": ["GET", "POST"], "contact": ["GET", "POST"]}

app = Starlette(
    routes=[
        Mount("/static", StaticFiles(directory=HERE / "static")),
        Route("/kieli/{language}/{page}", choose_language),
        *(
            Route(address, _in_language(_SHOWN[page], language), methods=_METHODS.get(page, ["GET"]))
            for page, addresses in ADDRESSES.items()
            for language, address in addresses.items()
        ),
    ]
)
