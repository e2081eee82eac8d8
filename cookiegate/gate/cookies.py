"""Cookies in both directions: what of a Cookie header reaches the site, which Set-Cookie reaches the browser.

Own parsing, linear in the header's length (the standard library's is quadratic on hostile input). What stays keeps
its bytes and its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .allowance import Allowance

OWN = frozenset(
    (
        b"cookiegate",
        b"__host-cookiegate",
        b"__secure-cookiegate",
        b"__host-cookiegate-objection",
        b"cookiegate-objection",
        b"__host-cookiegate-once",
        b"cookiegate-once",
    )
)
# Not 0: over which a second may begin while Firefox reads it, and it keeps an empty cookie where there was none.
# RFC 6265, section 5.2.2, has browsers take both alike.
_OVER = b"=; Max-Age=-1; Path="
_LINE, _MOST = 14, 2048  # bytes: "set-cookie: " and line end; proxies take 4 KiB of headers as they come
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_SAFE_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z\[\]{}()/:-]{1,256}")


def read_cookies(header: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, value) of each cookie, in order, as sent; a part without "=" is a nameless cookie's value."""
    for part in header.split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            yield name.strip(b" \t"), value.strip(b" \t")
        elif part.strip(b" \t"):
            yield b"", part.strip(b" \t")


def filter_cookie_header(header: bytes, allowance: Allowance) -> tuple[bytes, tuple[bytes, ...]]:
    """The header without what may not be sent to the site, and the names of what was taken out.

    Our own cookies are taken out silently: the site has no use for them.
    """
    kept: list[bytes] = []
    removed: list[bytes] = []
    for part in header.split(b";"):
        name = part.partition(b"=")[0].strip(b" \t") if b"=" in part else b""
        if name.lower() in OWN:
            continue
        if allowance.keeps(name.decode("latin-1")):
            kept.append(part)
        elif part.strip(b" \t"):
            removed.append(name)
    if not removed and len(kept) == header.count(b";") + 1:
        return header, ()
    return b";".join(kept).strip(b" \t"), tuple(removed)


def passes_set_cookie(header: bytes, allowance: Allowance) -> tuple[bool, str]:
    """Whether a Set-Cookie value of the site may reach the browser, and the cookie's name."""
    pair = header.partition(b";")[0]
    name = pair.partition(b"=")[0].strip(b" \t") if b"=" in pair else b""
    text = name.decode("latin-1")
    if name.lower() in OWN or b"\r" in header or b"\n" in header or b"\0" in header:
        return False, text
    return allowance.keeps(text), text


def expire_cookies(names: Iterable[bytes], host: str, path: str) -> list[bytes]:
    """Set-Cookie values that make the browser forget these names, whatever Domain and Path they were set with.

    Host-only and each parent domain of `host`; "/" and each folder of `path`. A browser ignores those that fit
    nothing, public suffixes among them.
    """
    if not _HOST.fullmatch(host):
        host = ""
    domains = [b""]
    labels = host.split(".")
    if not re.fullmatch(r"[0-9.]*|localhost", host):
        domains += [b"; Domain=" + ".".join(labels[at:]).encode() for at in range(len(labels) - 1)]
    safe = [name for name in dict.fromkeys(names) if _SAFE_NAME.fullmatch(name)]
    out: list[bytes] = []
    size = 0
    # the usual places of every name first; what finds no room now is still there at the next page
    for folder in _folders(path):
        for domain in domains:
            for name in safe:
                secure = b"; Secure" if name.lower().startswith((b"__secure-", b"__host-")) else b""
                line = name + _OVER + folder + domain + secure
                size += len(line) + _LINE
                if size > _MOST:
                    return out
                out.append(line)
    return out


def _folders(path: str) -> list[bytes]:
    """ "/p/x" → "/", "/p", "/p/", "/p/x": five levels at most."""
    folders = [b"/"]
    at = 0
    while len(folders) < 10 and (at := path.find("/", at + 1)) > 0:
        part = path[:at].encode("ascii", "ignore")
        folders += [part, part + b"/"]
    whole = path.encode("ascii", "ignore")
    if len(whole) > 1 and len(folders) < 10 and re.fullmatch(rb"[!-:<-~]+", whole):
        folders.append(whole)
    return [folder for folder in dict.fromkeys(folders) if re.fullmatch(rb"[!-:<-~]+", folder)]
