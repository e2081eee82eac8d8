"""From a page to what the browser gets: HTML without a script in it, or one of its tables as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from .office import Ask
from .rights import may
from .tables import Page, Table, write_csv, write_json

# What the menu offers, in parts; each entry is a page and the key of its name.
_MENU = (
    ("figures", ("/", "/pages", "/sources", "/devices", "/consent")),
    ("rights", ("/requests", "/subject")),
    ("site", ("/undeclared", "/ledger", "/retention", "/settings")),
    ("people", ("/staff",)),
)


class Rendering:
    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader(__package__, "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.style = files(__package__).joinpath("style.css").read_bytes()
        self._style_name = f"style-{hashlib.sha256(self.style).hexdigest()[:12]}.css"

    def serve_style(self, name: str) -> Response | None:
        """The one asset there is."""
        if name != self._style_name:
            return None
        headers = {"cache-control": "private, max-age=31536000, immutable"}
        return Response(self.style, media_type="text/css", headers=headers)

    def render(self, ask: Ask, page: Page, status: int = 200) -> Response:
        """As HTML; as a file where `?format=` asks for one and the page has a table."""
        form, wanted = ask.query.get("format"), ask.query.get("table")
        if status == 200 and form in ("csv", "json") and page.tables:
            return _send_file(next((each for each in page.tables if each.id == wanted), page.tables[0]), form)
        role = ask.session.account.role if ask.session else ""
        said: dict[str, Any] = {
            "t": ask.words,
            "title": page.title,
            "tables": page.tables,
            "site": ask.office.policy.site.name,
            "style": f"/assets/{self._style_name}",
            "form": ask.form,
            "error": ask.error,
            "is_english": ask.is_english,
            "done": ask.query.get("done", ""),
            "account": ask.session and ask.session.account,
            "here": ask.way.partition(" ")[2],
            "may": lambda way: may(role, way),
            "menu": list(_list_menu(role)),
            "file": lambda table, form: "?" + urlencode({**_keep_period(ask), "table": table.id, "format": form}),
        }
        text = self._templates.get_template(page.template).render({**said, **page.more})
        return Response(text.encode("utf-8", "replace"), status, media_type="text/html; charset=utf-8")


def _list_menu(role: str) -> Iterator[tuple[str, list[str]]]:
    """The parts that have something for this role."""
    for part, places in _MENU:
        if shown := [place for place in places if may(role, f"GET {place}")]:
            yield part, shown


def _keep_period(ask: Ask) -> dict[str, str]:
    return {name: ask.query[name] for name in ("first", "last") if name in ask.query}


def _send_file(table: Table, form: str) -> Response:
    content, media = (write_csv(table), "text/csv") if form == "csv" else (write_json(table), "application/json")
    headers = {"content-disposition": f'attachment; filename="{table.id}.{form}"'}
    return Response(content, media_type=f"{media}; charset=utf-8", headers=headers)
