"""What a policy means once it is loaded: frozen, compiled, asked on every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

NECESSARY = "necessary"
STATISTICS = "statistics"
# the official ones of the EU, Norwegian and Icelandic
LANGUAGES = ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it", "lt", "lv", "mt",
             "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv")  # fmt: skip
DEFAULT_LANGUAGES = ("fi", "sv", "en")
OBJECTION_DAYS = 400  # how long an objection to the visit log is remembered: as long as browsers do (RFC 6265bis 5.5)
SECONDS = {
    "session": 0,
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86_400,
    "weeks": 604_800,
    "months": 2_629_746,
    "years": 31_556_952,
}


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long something is kept: "13 months", "session" (amount 0), or not known (`None` where it stands)."""

    amount: int
    unit: str  # session, seconds, minutes, hours, days, weeks, months, years

    @property
    def seconds(self) -> int:
        return self.amount * SECONDS[self.unit]

    @property
    def duration(self) -> str:
        """In ISO 8601: "P13M"; "session" as it is."""
        if self.unit == "session":
            return "session"
        return f"{'PT' if self.unit in ('seconds', 'minutes', 'hours') else 'P'}{self.amount}{self.unit[0].upper()}"

    @property
    def days(self) -> int:
        return self.seconds // 86_400


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie, or a key in localStorage or sessionStorage, that a service keeps in the browser."""

    name: str  # a pattern: "_ga_*"
    lifetime: Lifetime | None = None
    third_party: bool = False  # set on the provider's own host, out of our reach
    storage: bool = False  # a key in web storage rather than a cookie
    reason: str = ""  # why it is strictly necessary, where it is


@dataclass(frozen=True, slots=True)
class Forwarding:
    """How this site's server itself tells a service what those do who agreed to it; browsers load nothing of it."""

    url: str  # that requests are posted to
    account: str  # "G-…", or the number of the website in Matomo
    address: bool = False  # whether the truncated address goes along
    query: tuple[str, ...] = ()  # parameters of a page's address that go along, besides utm_*


@dataclass(frozen=True, slots=True)
class Service:
    """One tool of one provider: what the visitor says yes or no to on the second layer."""

    id: str
    name: str
    provider: str
    purpose: str
    country: str = ""  # ISO 3166-1 alpha-2
    transfer_basis: str = ""
    policy_url: str = ""
    hosts: tuple[str, ...] = ()  # "*.example.net", "www.example.net/path?query"; a prefix, "*" inside allowed
    paths: tuple[str, ...] = ()  # where it hides under the site's own address: "/gtg/", "/gtag/js?id=G-"
    signatures: tuple[str, ...] = ()  # text by which an inline script that loads it is known
    beginnings: tuple[str, ...] = ()  # text at the head of its own script, wherever that is served from
    cookies: tuple[Cookie, ...] = ()
    forwarding: Forwarding | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """What consent is asked for (GDPR art. 6(1)(a))."""

    id: str
    services: tuple[Service, ...]
    titles: Mapping[str, str] = field(default_factory=dict)  # language → title; empty: ours
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Necessary:
    """Something that needs no consent, and why (Act 917/2014 section 205(2), ePrivacy art. 5(3))."""

    reason: str
    name: str = ""  # pattern of a cookie or storage key
    service: Service | None = None  # its hosts, on `paths` only, and its cookies
    lifetime: Lifetime | None = None
    paths: tuple[str, ...] = ()  # pages on which it holds, as prefixes; empty: all


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    hosts: tuple[str, ...]
    languages: tuple[str, ...]  # the first is the default


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data (GDPR art. 4(7), 13(1)(a))."""

    name: str
    email: str
    address: str = ""
    business_id: str = ""
    country: str = ""
    privacy_url: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRules:
    validity_days: int = 183
    scope: str = "host"  # or "domain"
    clear_site_data: bool = False  # on withdrawal, all cookies of the whole domain go, sign-in included


@dataclass(frozen=True, slots=True)
class Assessment:
    """The written balancing test that a visit log rests on (GDPR art. 6(1)(f))."""

    interest: str
    necessity: str
    balancing: str
    reviewed_by: str
    reviewed_on: str  # ISO date


@dataclass(frozen=True, slots=True)
class VisitRules:
    assessment: Assessment | None = None  # none: nothing is logged
    ipv4_bits: int = 24
    ipv6_bits: int = 48
    retention_days: int = 90
    visitor: str = "daily"  # or "off"
    keep_query: tuple[str, ...] = ()  # parameters kept of an address, in this order
    groups: tuple[tuple[str, str], ...] = ()  # beginning of a path, name of its pages; the longest first
    threshold: int = 1  # figures that stand for fewer are put together, day by day; 1: none are


@dataclass(frozen=True, slots=True)
class SignalRules:
    """What browsers may say on their visitors' behalf."""

    gpc: frozenset[str] = frozenset(("marketing",))  # purposes that Global Privacy Control refuses; none: it is ignored
    since: str = ""  # ISO date on which the site's owner said so


@dataclass(frozen=True, slots=True)
class GateRules:
    unknown: str = "block"  # or "report"
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who answers for it that a service is asked before anybody agreed (a consent mode called advanced)."""

    by: str
    on: str  # ISO date


@dataclass(frozen=True, slots=True)
class Colours:
    """What the banner is painted with, as #rrggbb. Every button has the same: refusing looks as accepting does."""

    background: str
    text: str
    button: str
    button_text: str


LIGHT = Colours("#ffffff", "#1b1e23", "#1f3b5c", "#ffffff")
DARK = Colours("#1d2025", "#eceef1", "#bcd3ee", "#101418")


@dataclass(frozen=True, slots=True)
class Link:
    """A way from the banner to what the site itself says about privacy."""

    url: str  # a path on the site, or a full address
    titles: Mapping[str, str]  # language → what it is called


@dataclass(frozen=True, slots=True)
class BannerRules:
    look: str = "bar"  # or "corner", "dialog", "none"
    colours: Colours = LIGHT
    dark: Colours = DARK  # for visitors who prefer dark pages
    radius: int = 6  # px, of corners
    font: str = "system-ui,sans-serif"  # families as in CSS
    logo: str = ""  # a path on the site
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Policy:
    """One site's policy, whole. `version` changes when what the visitor is asked changes, and only then."""

    site: Site
    controller: Controller
    consent: ConsentRules
    purposes: tuple[Purpose, ...]  # those that are asked, in the order shown; never the necessary one
    necessary: tuple[Necessary, ...]
    visits: VisitRules
    gate: GateRules
    banner: BannerRules
    retention: Mapping[str, int]  # table → days
    known: tuple[Service, ...]  # the rest of the catalogue: recognised, named in reports, never asked about
    version: str
    signals: SignalRules = SignalRules()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language → key → the site's own words
    advanced: Mapping[str, Acknowledgement] = field(default_factory=dict)  # services asked before a choice

    @property
    def mark(self) -> str:
        """The version in the address of a form: an answer to the question of another policy gives nothing."""
        return self.version[:8]

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """Those the visitor is asked about, by id."""
        return {service.id: service for purpose in self.purposes for service in purpose.services}

    @cached_property
    def forwarded(self) -> Mapping[str, Forwarding]:
        """The services that are told from here, by id."""
        return {id: each.forwarding for id, each in self.services.items() if each.forwarding}

    @cached_property
    def purpose_of(self) -> Mapping[str, str]:
        """Service id → the id of the purpose under which this site asks for it."""
        return {service.id: purpose.id for purpose in self.purposes for service in purpose.services}

    @cached_property
    def measuring(self) -> frozenset[str]:
        """Ids of those that count visits, by what this site or the catalogue calls their purpose."""
        return frozenset(
            id for id, service in self.services.items() if STATISTICS in (service.purpose, self.purpose_of[id])
        )
