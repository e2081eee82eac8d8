"""What the notices are made of beside words: the banner's style and scripts, and the page templates.

The sources are served as they are, less comments, indentation and spaces around signs: line by line and name by name
readable by whoever looks, and still small. A script may therefore hold no template literal over several lines and no
division, and a comment has its line for itself.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..errors import CookiegateError

PACKAGE = Path(__file__).resolve().parent.parent
# A wheel carries the sources inside the package, a checkout and an sdist beside it.
FOLDERS = (PACKAGE / "static" / "consent-banner", PACKAGE.parent / "static" / "consent-banner")
# In a script, what may lose no space (texts, expressions), and signs that need none; + and - can need one.
LITERAL = r"""\"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/"""
SIGNS = re.compile(rf"({LITERAL})| ?([=&|<>?:!,;(){{}}\[\]]+) ?")
REFUSED_CODING = re.compile(r"q=0(\.0*)?")
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours under an address that names its content, so that it can be cached for ever."""

    path: str
    content: bytes
    media_type: str
    packed: Mapping[str, bytes]  # content coding → the content in it, the smallest first

    @property
    def text(self) -> str:
        return self.content.decode("ascii")

    def pack(self, accept_encoding: str) -> tuple[str, bytes]:
        """The smallest that a browser takes: the name of its coding, "" for none, and the bytes."""
        said = [part.partition(";") for part in accept_encoding.lower().split(",")]
        taken = {name.strip() for name, _, weight in said if not REFUSED_CODING.fullmatch(weight.strip())}
        return next(((name, body) for name, body in self.packed.items() if name in taken), ("", self.content))


def load_asset(name: str, prefix: str) -> Asset:
    """One of our files as it is sent; CookiegateError when it is missing or not ASCII."""
    return make_asset(name, read_source(name), prefix)


def read_source(name: str) -> str:
    """A style or script of ours as it is sent; CookiegateError when it is missing or not ASCII."""
    text = strip_source(_find(name).read_text("utf-8"))
    if name.endswith(".js"):
        text = close_up(text)
    if not text.isascii():
        # Inline in a page of any charset, other characters would come out as something else.
        raise CookiegateError(f"{name} must be plain ASCII")
    return text


def make_asset(name: str, text: str, prefix: str) -> Asset:
    """What is sent under this name, with its address."""
    content = text.encode("ascii")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{prefix}/assets/{digest}/{name}", content, MEDIA_TYPES[Path(name).suffix], _pack(content))


def strip_source(text: str) -> str:
    """Takes out block comments that begin a line, lines that are a // comment, indentation and empty lines."""
    text = re.sub(r"^[ \t]*/\*.*?\*/", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def close_up(script: str) -> str:
    """Takes the spaces around signs out of a script; its lines stay, on which it may depend."""
    return SIGNS.sub(lambda found: found[1] or found[2], script)


def open_templates() -> Environment:
    """Jinja with everything escaped: whatever a policy says stays text, and a missing name is an error."""
    templates = Environment(
        loader=PackageLoader("cookiegate.notices"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.tests["web_address"] = lambda address: address.startswith(("https://", "http://"))
    return templates


@lru_cache(maxsize=256)
def _pack(content: bytes) -> Mapping[str, bytes]:
    """At start, so with all the strength there is. Brotli comes with the gateway; a middleware may be without."""
    packed = {"gzip": gzip.compress(content, 9, mtime=0)}
    try:
        import brotli
    except ImportError:
        return packed
    return {"br": brotli.compress(content, quality=11), **packed}


def _find(name: str) -> Path:
    for folder in (*FOLDERS, PACKAGE / "notices" / "templates"):
        if (folder / name).is_file():
            return folder / name
    places = " or ".join(str(folder) for folder in FOLDERS)
    raise CookiegateError(f"{name} is missing from {places}; install cookiegate again")
