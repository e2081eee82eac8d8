"""Cuts off and replaces what may name a person in an address of a page (GDPR art. 5(1)(c), 25), before it is queued."""

from __future__ import annotations

import re
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote

from cookiegate.expressions import compile

_LONGEST_PATH = 2048
_LONGEST_QUERY = 4096  # bytes that are looked at
_LONGEST_VALUE = 64
_CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign")
_DECODINGS = 4  # a path that was written in percents more often than this is nobody's
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_PATH_END = re.compile(r"[?#;]")  # query, fragment, and parameters such as ;jsessionid=
# What `reduce_path` leaves as it is, told in one step: most paths.
_USUAL_PATH = compile(
    r"(?:/(?:[_.-]++|[A-Za-z]++(?![0-9])|(?:[A-Za-z]{1,8}+[0-9]{1,5}+|[0-9]{1,5}+)[A-Za-z]{0,8}+(?![0-9A-Za-z]))++)*+/?+"
)
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")  # in words as well, but then it is worth a look
_SLASHES = re.compile(r"//+")
_DIGITS = re.compile(r"\d{6,}")
# UUIDs, hexadecimal digests, and what looks drawn at random: a link that resets a password names a person.
_TOKEN = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[a-f]*[0-9])[0-9a-f]{24,}\b"
    r"|(?<![A-Za-z0-9])(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{22,}"
)
_RUN = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{20,}(?![\w-])")
_CHANGE = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[a-z])")
_MAILBOX = compile(r"(?<![^\s/&=@])[^\s/&=@]++@[^\s/&=@]++")
# Tried only where a word begins: whoever writes thousands of letters and a bracket must not stop the loop.
_MAILBOX_IN_WORDS = compile(r"(?<![\w.+-])[\w.+-]++[(\[{](?i:at)[)\]}][\w.-]++")
_PLAIN_VALUE = re.compile(r"[^\w .,:~/\[\]-]+")


def reduce_path(path: str) -> str:
    """A path without query and parameters; a segment with an e-mail address, runs of six digits and what looks drawn at
    random are replaced. It may be written in percents several times over."""
    if 0 < len(path) <= _LONGEST_PATH and _USUAL_PATH.fullmatch(path) and not _INNER_CAPITAL.search(path):
        return path
    return _reduce_path(path)


def _reduce_path(path: str) -> str:
    path = printable(_decode(path[: 2 * _LONGEST_PATH])[: 2 * _LONGEST_PATH])
    end = _PATH_END.search(path)
    path = _SLASHES.sub("/", "/" + (path[: end.start()] if end else path))
    if "@" in path:
        path = "/".join("[email]" if _names_mailbox(segment) else segment for segment in path.split("/"))
    return _redact(path)[:_LONGEST_PATH]


def _decode(text: str) -> str:
    """Without percents, and with letters that only look like others as those: ＠ is @."""
    for _ in range(_DECODINGS):
        if "%" not in text or (decoded := unquote(text)) == text:
            break
        text = decoded
    else:
        text = text.partition("%")[0]  # who hides it so deep has something to hide
    return text if text.isascii() else normalize("NFKC", text)


def _names_mailbox(segment: str) -> bool:
    local, _, domain = segment.partition("@")
    return bool(local and domain)


def _redact(text: str) -> str:
    if "[" in text or "(" in text or "{" in text:
        text = _MAILBOX_IN_WORDS.sub("[email]", text)
    return _DIGITS.sub("[number]", _RUN.sub(_replace_drawn, _TOKEN.sub("[token]", text)))


def _replace_drawn(run: re.Match[str]) -> str:
    """What is drawn at random in base64url changes between letters and digits, and between small letters and capitals,
    at six letters of ten, in base36 or base32 at four; words, numbers and names of things at one or two."""
    text = run[0]
    mixed = not (text.islower() or text.isupper())
    if not mixed and ("-" in text or "_" in text):
        return text
    return "[token]" if len(_CHANGE.findall(text)) >= (0.3 if mixed else 0.15) * len(text) else text


def reduce_value(text: str) -> str:
    """The value of a parameter: redacted like a path, printable, at most 64 characters."""
    text = printable(_decode(text[: 4 * _LONGEST_VALUE])[: 4 * _LONGEST_VALUE])
    if "@" in text:
        text = _MAILBOX.sub("[email]", text)
    return _PLAIN_VALUE.sub("_", _redact(text))[:_LONGEST_VALUE].strip()


def reduce_query(query: bytes, kept: tuple[str, ...]) -> tuple[str, str]:
    """Of a query string the parameters that are to be kept ("?page=2"), and the campaign ("news / email / spring").

    Both are empty for most. A parameter that comes twice counts the first time.
    """
    if not kept and b"utm_" not in query:
        return "", ""
    said: dict[str, str] = {}
    for name, value in parse_qsl(query[:_LONGEST_QUERY].decode("utf-8", "replace"), keep_blank_values=True):
        said.setdefault(name, value)
    values = [(name, reduce_value(said[name])) for name in kept if name in said]
    campaign = [reduce_value(said.get(name, "")) for name in _CAMPAIGN]
    return (
        "?" + "&".join(f"{name}={value}" for name, value in values) if values else "",
        " / ".join(part or "-" for part in campaign) if any(campaign) else "",
    )


def printable(text: str) -> str:
    """Without control characters, lone surrogates (no UTF-8 holds them), and what reverses the direction of text."""
    return text if text.isprintable() else _CONTROL.sub("", text)
