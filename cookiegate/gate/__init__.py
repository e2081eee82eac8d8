"""What may pass: allowances, cookies, tags, documents and response headers. Pure: bytes in, bytes out."""

from .allowance import PASS, Allowance, Rules, Verdict
from .beginnings import ENOUGH
from .coding import CodingError, offer_codings
from .cookies import expire_cookies, filter_cookie_header, read_cookies
from .html import Rewriter
from .insertions import Insertions
from .media import is_script, read_media
from .memory import Pages
from .plain import EVENT, pass_plain
from .response import NOTHING_SEEN, Compose, GatedResponse, Seen
from .sniffing import tell_page
from .tags import quote
from .validators import Validators
from .variants import ask_each_time, unmark_etags
from .visit import Visit

__all__ = [
    "ENOUGH",
    "EVENT",
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
    "Validators",
    "Verdict",
    "Visit",
    "ask_each_time",
    "expire_cookies",
    "filter_cookie_header",
    "is_script",
    "offer_codings",
    "pass_plain",
    "quote",
    "read_cookies",
    "read_media",
    "tell_page",
    "unmark_etags",
]
