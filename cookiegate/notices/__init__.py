"""What visitors are told: the banner, the placeholders, the settings and the notices, in their language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from markupsafe import escape

from ..consent import UNDECIDED, Consent
from ..policy import Policy, Service, describe_question
from .assets import Asset, load_asset, open_templates
from .banner import CAPTCHAS, Banner
from .hooks import Hooks
from .page import MESSAGES, Pages
from .style import compose_style
from .texts import list_languages, load_texts

__all__ = ["MESSAGES", "Asset", "Notices", "list_languages"]


class Notices:
    """Everything a site's visitors are told, rendered from its policy.

    Raises CookiegateError when a language of the site has no texts, or a source of the banner is missing.
    A language the site does not offer gets the site's first.
    """

    def __init__(self, policy: Policy, prefix: str = "/_cookiegate") -> None:
        css = compose_style(policy.banner, prefix)
        js, settings_js, captcha, guard, worker, settings_css, page_css = (
            load_asset(name, prefix)
            for name in (
                "banner.js",
                "settings.js",
                "captcha.js",
                "guard.js",
                "worker.js",
                "settings.css",
                "page.css",
            )
        )
        served = (css, js, settings_js, captcha, guard, settings_css, page_css)
        self.hooks = Hooks(policy, prefix)
        hooks = (self.hooks.asset,) if self.hooks.asset else ()
        self.assets: Mapping[str, Asset] = {asset.path: asset for asset in (*served, *hooks)}
        self.stand_ins: Mapping[str, str] = dict.fromkeys(CAPTCHAS, captcha.path)
        self._guard = guard
        self.worker = worker.content  # goes before the script of a site's service worker
        templates = open_templates()
        self._asked = policy
        self._prefix = prefix
        self._default = policy.site.languages[0]
        self._banners: dict[str, Banner] = {}
        self._pages: dict[str, Pages] = {}
        for language in policy.site.languages:
            texts = load_texts(language, policy.texts.get(language, {}))
            self._banners[language] = Banner(policy, texts, templates, css, page_css, js, prefix)
            self._pages[language] = Pages(policy, texts, templates, css, settings_css, page_css, settings_js, prefix)
        self._words = {
            language: pages.list_words(*self._list_first_layers(language)) for language, pages in self._pages.items()
        }
        self._digests = {language: hashlib.sha256(words).hexdigest() for language, words in self._words.items()}

    def guard(self, names: str, *, given: bool = False, nonce: str = "", inline: bool = True) -> bytes:
        """The guard's script element, ASCII: `names` is the expression for what may be kept in the browser.

        `given`: some service was agreed to, which may place calls (WebRTC knows no policy by host).
        """
        said = str(escape(names)).encode("ascii", "xmlcharrefreplace")
        calls = b" data-given" if given else b""
        mark = b' nonce="%b"' % nonce.encode("ascii") if nonce else b""
        if not inline:
            return b'<script%b src="%b" data-names="%b"%b></script>' % (mark, self._guard.path.encode(), said, calls)
        return b'<script%b data-names="%b"%b>%b</script>' % (mark, said, calls, self._guard.content)

    def control(
        self, language: str, consent: Consent, *, return_to: str, nonce: str = "", inline: bool = True
    ) -> bytes:
        """What goes after <body>, ASCII: the first layer while undecided, then the control that reopens it.

        `inline`: with style and script in it; otherwise they are linked, for a site whose CSP forbids inline ones.
        """
        return self._find_banner(language).control(consent, return_to, nonce, inline)

    def answer(self, language: str, consent: Consent, *, return_to: str, csp: str, clear: str) -> bytes:
        """What the script in a page gets for a choice: the control that now fits, and what is to be done.

        `csp` is the policy of a page with this choice; `clear` the address that clears the site's data first, or "".
        """
        control = self.control(language, consent, return_to=return_to, inline=False)
        return self._find_pages(language).answer(control, csp, clear)

    def placeholder(self, language: str, service: Service | None, host: str) -> bytes:
        """An ASCII document for the srcdoc of a disarmed frame, not yet escaped as an attribute.

        Its button gives consent to that one service. Without a service that this policy asks about there is no
        button, only the reason.
        """
        return self._find_banner(language).placeholder(service, host)

    def settings_page(self, language: str, consent: Consent, *, return_to: str, status: str = "") -> bytes:
        """The second layer: every purpose and service with its true state, and what needs no consent."""
        return self._find_pages(language).settings(consent, _keep_local(return_to), status)

    def notice_page(self, language: str, consent: Consent, *, return_to: str = "/") -> bytes:
        """What the site stores and uses, from the same policy that decides what may pass."""
        return self._find_pages(language).notice(consent, _keep_local(return_to))

    def privacy_page(self, language: str, *, objected: bool = False, signalled: bool = False) -> bytes:
        """What the visit log keeps and why, and the objection (GDPR art. 13, 21(4)), by a signal too."""
        return self._find_pages(language).privacy(objected, signalled)

    def receipt_page(
        self,
        language: str,
        consent_id: str,
        decisions: Sequence[Mapping[str, object]],
        *,
        restricted: bool = False,
        done: str = "",
    ) -> bytes:
        """What is recorded of this visitor's decisions: each {"time": ms since 1970 UTC, "event", "services": names}.

        `done` says what was just done: "erased", "restricted" or "released".
        """
        return self._find_pages(language).receipt(consent_id, decisions, restricted, done)

    def message_page(self, language: str, kind: str) -> bytes:
        """A short page, `kind` one of MESSAGES: the choice was not saved, or the request was refused, and why."""
        return self._find_pages(language).message(kind)

    def banner_digest(self, language: str) -> str:
        """SHA-256 (hex) of the words of both layers, for the record of what was shown."""
        return self._digests.get(language) or self._digests[self._default]

    def list_shown(self) -> dict[tuple[str, str], bytes]:
        """Just what visitors are shown before they decide, by (kind, language), to be kept as evidence.

        "words" is what `banner_digest` covers, "banner" and "settings" the two layers as they are sent; "policy" the
        purposes, services and cookies asked about, as JSON.
        """
        shown = {("policy", ""): describe_question(self._asked, self._prefix)}
        for language in self._banners:
            shown["words", language] = self._words[language]
            shown["banner", language] = b"\n".join(self._list_first_layers(language))
            shown["settings", language] = self._pages[language].settings(UNDECIDED, "/", "")
        return shown

    def _list_first_layers(self, language: str) -> list[bytes]:
        """As it is first shown, and as it would be were all of it asked anew, by a browser that sends every signal."""
        asked_anew = Consent(unanswered=frozenset(self._asked.services))
        signalled = Consent(signalled=frozenset(self._asked.purpose_of.values()))
        states = (UNDECIDED, asked_anew, signalled)
        return [self._banners[language].control(state, "/", "", True) for state in states]

    def _find_banner(self, language: str) -> Banner:
        return self._banners.get(language) or self._banners[self._default]

    def _find_pages(self, language: str) -> Pages:
        return self._pages.get(language) or self._pages[self._default]


def _keep_local(return_to: str) -> str:
    """The address, or "/" when it is not a path of this site: it becomes a link.

    Browsers read a backslash as a slash and skip tabs and line ends in an address.
    """
    local = return_to.startswith("/") and not return_to.startswith(("//", "/\\")) and return_to.isprintable()
    return return_to if local else "/"
