"""What may pass: allowances, cookies, tags, documents and response headers. Pure: bytes in, bytes out."""

from .allowance import PASS, Allowance, Rules, Verdict
from .coding import CodingError, offer_codings
from .cookies import expire_cookies, filter_cookie_header, read_cookies
from .html import Insertions, Rewriter
from .media import read_media
from .memory import Pages
from .plain import pass_plain
from .response import NOTHING_SEEN, Compose, GatedResponse, Seen
from .tags import quote
from .variants import unmark_etags
from .visit import Visit

__all__ = [
    "NOTHING_SEEN",
    "PASS",
    "Allowance",
    "CodingError",
    "Compose",
    "GatedResponse",
    "Insertions",
    "Pages",
    "Rewriter",
    "Rules",
    "Seen",
    "Verdict",
    "Visit",
    "expire_cookies",
    "filter_cookie_header",
    "offer_codings",
    "pass_plain",
    "quote",
    "read_cookies",
    "read_media",
    "unmark_etags",
]
