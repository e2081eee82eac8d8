"""Our own pages: the settings, the notice, the privacy page and the short messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

from ..consent import ONCE, UNDECIDED, Consent, list_ahead
from ..policy import OBJECTION_DAYS, Lifetime, Necessary, Policy
from .assets import Asset
from .texts import Texts

MESSAGES = ("not_saved", "refused_request", "too_many")


@dataclass(frozen=True, slots=True)
class NecessaryRow:
    """One line of the table of what needs no consent."""

    name: str
    provider: str
    reason: str
    lifetime: str
    paths: str


class Pages:
    """One language's pages, as UTF-8."""

    def __init__(
        self,
        policy: Policy,
        texts: Texts,
        templates: Environment,
        css: Asset,
        settings_css: Asset,
        page_css: Asset,
        settings_js: Asset,
        prefix: str,
    ) -> None:
        self._policy = policy
        self._texts = texts
        self._templates = templates
        self._always = {
            "policy": policy,
            "t": texts,
            "prefix": prefix,
            "css": css,
            "settings_css": settings_css,
            "page_css": page_css,
            "settings_js": settings_js,
            "necessary": tuple(list_necessary(policy, texts)),
        }

    def settings(self, consent: Consent, return_to: str, status: str) -> bytes:
        return self._render("settings.html", **self._describe(consent), return_to=return_to, status=status)

    def notice(self, consent: Consent, return_to: str) -> bytes:
        return self._render("notice.html", **self._describe(consent), return_to=return_to)

    def privacy(self, objected: bool, signalled: bool) -> bytes:
        return self._render("privacy.html", objected=objected, signalled=signalled)

    def receipt(self, consent_id: str, decisions: Sequence[Mapping[str, object]], restricted: bool, done: str) -> bytes:
        return self._render(
            "receipt.html", consent_id=consent_id, decisions=decisions, restricted=restricted, done=done
        )

    def message(self, kind: str) -> bytes:
        return self._render("message.html", kind=kind)

    def answer(self, control: bytes, csp: str, clear: str) -> bytes:
        return self._render("answer.html", control=Markup(control.decode("ascii")), csp=csp, clear=clear)

    def list_words(self, *first_layers: bytes) -> bytes:
        """The words of both layers, a zero byte between them; markup, style and script do not count."""
        layers = (*(layer.decode("ascii") for layer in first_layers), self.settings(UNDECIDED, "/", "").decode())
        return "\0".join(Markup(_take_form(html)).striptags() for html in layers).encode()

    def _describe(self, consent: Consent) -> dict[str, object]:
        """What both pages say of this visitor's choice; `exception` where the state does not name it already."""
        exception = "" if list_ahead(self._policy, consent) else self._say_ahead(self._policy.advanced)
        return {"consent": consent, "state": self._say_state(consent), "exception": exception}

    def _say_ahead(self, services: Iterable[str]) -> str:
        names = (self._policy.services[id].name for id in services)
        return " ".join(self._texts("settings.ahead", service=name) for name in names)

    def _say_state(self, consent: Consent) -> str:
        """What is in force now, and what of it was not said by the visitor."""
        said = [self._say_choice(consent)]
        if consent.unanswered:
            said.append(self._texts.say_new(self._policy, consent.unanswered, "anew.state"))
        if consent.signalled:
            said.append(self._texts.say_signalled(self._policy, consent.signalled))
        return " ".join(said)

    def _say_choice(self, consent: Consent) -> str:
        if not consent.day:
            return self._say_ahead(list_ahead(self._policy, consent)) or self._texts("settings.undecided")
        date = self._texts.date(consent.day)
        names = [service.name for id, service in self._policy.services.items() if id in consent.services]
        if not names:
            return self._texts("settings.refused", date=date)
        return self._texts("settings.given", services=self._texts.enumerate(names), date=date)

    def _render(self, template: str, **values: object) -> bytes:
        return self._templates.get_template(template).render(self._always, **values).encode()


def list_necessary(policy: Policy, texts: Texts) -> Iterator[NecessaryRow]:
    """All that needs no consent, ours first, each with its reason (Act 917/2014 section 205(2))."""
    choice = "__Secure-cookiegate" if policy.consent.scope == "domain" else "__Host-cookiegate"
    validity = texts.days(policy.consent.validity_days)
    yield NecessaryRow(choice, "", texts("own.choice"), validity, "")
    if policy.visits.assessment:
        yield NecessaryRow("__Host-cookiegate-objection", "", texts("own.objection"), texts.days(OBJECTION_DAYS), "")
    if policy.services:
        yield NecessaryRow("__Host-cookiegate-once", "", texts("own.once"), texts.lifetime(ONCE), "")
    for entry in policy.necessary:
        yield from _list_entry(entry, texts)


def _list_entry(entry: Necessary, texts: Texts) -> Iterator[NecessaryRow]:
    paths = ", ".join(entry.paths)
    service = entry.service
    if entry.name:
        yield NecessaryRow(entry.name, "", entry.reason, texts.lifetime(entry.lifetime), paths)
    if service is None:
        return
    if service.hosts:
        yield NecessaryRow(service.name, service.provider, entry.reason, texts("kind.connection"), paths)
    for cookie in service.cookies:
        kept: Lifetime | None = cookie.lifetime or entry.lifetime
        yield NecessaryRow(cookie.name, service.name, cookie.reason or entry.reason, texts.lifetime(kept), paths)


def _take_form(html: str) -> str:
    start = html.index("<form")
    return html[start : html.index("</form>", start)]
