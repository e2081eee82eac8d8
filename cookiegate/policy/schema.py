"""What a policy file may say: one pydantic model per section. What it means is `model`."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from .appearance import Address, Colour, Fonts, OwnFile
from .forwarding import ForwardingKeys
from .match import split_pattern
from .model import DEFAULT_LANGUAGES, LANGUAGES, SECONDS, Lifetime

_UNITS = {unit.rstrip("s"): unit for unit in SECONDS if unit != "session"}
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|\[::1\]")


def parse_lifetime(text: Any) -> Lifetime:
    """ "13 months", "1 year", "session" → Lifetime. Raises ValueError."""
    if isinstance(text, Lifetime):
        return text
    if text == "session":
        return Lifetime(0, "session")
    found = re.fullmatch(r"([1-9][0-9]{0,4}) ([a-z]+?)s?", text) if isinstance(text, str) else None
    if not found or found[2] not in _UNITS:
        raise ValueError('write a number and a unit, such as "13 months" or "30 minutes", or "session"')
    return Lifetime(int(found[1]), _UNITS[found[2]])


def _read_period(text: Any) -> Lifetime:
    """How long we keep something: a length of whole days. Raises ValueError."""
    try:
        length = parse_lifetime(text)
    except ValueError:
        length = Lifetime(0, "session")
    if length.days < 1:
        raise ValueError('write a number and a unit, a day at least, such as "90 days" or "6 months"')
    return length


def _read_validity(text: Any) -> Lifetime:
    length = _read_period(text)
    if length.days > 366:
        raise ValueError("ask again after 12 months at the latest; 6 months is usual (EDPB 05/2020, paragraph 110)")
    return length


def _read_day(value: Any) -> datetime.date:
    """A date as TOML writes it, with or without quotes; never a number, which pydantic takes for seconds."""
    try:
        if type(value) is datetime.date:
            return value
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("write a day, such as 2026-11-22") from None


def _check_url(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s<>\"'\\]+", text):
        raise ValueError("write a full address that begins with https://")
    return text


def _check_email(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+", text):
        raise ValueError("write an e-mail address at which the controller answers")
    return text


def _check_own_host(text: str) -> str:
    if "*" in text:
        raise ValueError("name each host; a wildcard would call a disguised tracker on a subdomain your own")
    return _check_host(text)


def _check_host(text: str) -> str:
    if "://" in text or "/" in text:
        raise ValueError("write the host alone, without https:// and without a path")
    if re.search(r":[0-9]*$", text) and not text.startswith("["):
        raise ValueError("write the host without its port")
    if not _HOST.fullmatch(text):
        raise ValueError("this is not a host name in lower case (write an international name as xn--…)")
    return text


def _check_host_pattern(text: str) -> str:
    if "://" in text or text.startswith("//"):
        raise ValueError("write it without https://, such as www.example.net/path or *.example.net")
    host, rest = split_pattern(text)
    _check_host(host.removeprefix("*."))
    if not re.fullmatch(r"[!-~]*", rest) or re.search("[;,'\"]", rest):  # it becomes part of a header
        raise ValueError("write the path as it stands in the address, without spaces, quotes, commas and semicolons")
    if not host.removeprefix("*.").count(".") and host != "localhost":
        raise ValueError("this would match far too much; name the provider's own domain")
    return text


def _check_own_path(text: str) -> str:
    if not re.match(r"(?:\*?/)[^\s]{2,}", text):
        raise ValueError('write a path on your own site that begins with "/" (or "*/"), such as "/gtg/"')
    return text


def _check_page_path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError('write the beginning of a path, such as "/checkout"')
    return text


def _check_pattern(text: str) -> str:
    if not re.fullmatch(r"[^\s;,=\"]{1,128}", text) or not text.strip("*"):
        raise ValueError('write the name of a cookie or storage key; "*" stands for any rest, such as "wp-settings-*"')
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Url = Annotated[str, AfterValidator(_check_url)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
Day = Annotated[datetime.date, BeforeValidator(_read_day)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[int, Field(strict=True)]
GroupName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
LifetimeText = Annotated[Lifetime, BeforeValidator(parse_lifetime)]
Period = Annotated[Lifetime, BeforeValidator(_read_period)]
NamePattern = Annotated[str, AfterValidator(_check_pattern)]
Translated = dict[Literal[LANGUAGES], Text]  # type: ignore[valid-type]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class SiteSection(_Section):
    name: Text
    hosts: list[Annotated[str, AfterValidator(_check_own_host)]] = Field(min_length=1)
    languages: list[Literal[LANGUAGES]] = Field(default=list(DEFAULT_LANGUAGES), min_length=1)  # type: ignore[valid-type]


class ControllerSection(_Section):
    name: Text
    email: Annotated[str, AfterValidator(_check_email)]
    address: Text = ""
    business_id: Text = ""
    country: Country = "FI"
    privacy_url: Url = ""


class ConsentSection(_Section):
    validity: Annotated[Lifetime, BeforeValidator(_read_validity)] = Lifetime(6, "months")
    scope: Literal["host", "domain"] = "host"
    clear_site_data: bool = False


class PurposeSection(_Section):
    services: list[Id] = Field(default_factory=list)
    titles: Translated = Field(default_factory=dict)
    descriptions: Translated = Field(default_factory=dict)


class CookieEntry(_Section):
    name: NamePattern
    lifetime: LifetimeText | None = None
    third_party: Flag = False
    storage: Flag = False
    reason: Text = ""


def _read_cookie(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class ConsentModeSection(_Section):
    mode: Literal["basic", "advanced"] = "basic"
    acknowledged_by: Text | None = None
    acknowledged_on: Day | None = None


class ServiceSection(_Section, ForwardingKeys):
    name: Text | None = None
    provider: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    country: Country | None = None
    transfer_basis: Text | None = None
    policy_url: Url | None = None
    hosts: list[Annotated[str, AfterValidator(_check_host_pattern)]] = Field(default_factory=list)
    paths: list[Annotated[str, AfterValidator(_check_own_path)]] = Field(default_factory=list)
    signatures: list[Annotated[str, StringConstraints(min_length=4, max_length=80)]] = Field(default_factory=list)
    beginnings: list[Annotated[str, StringConstraints(min_length=8, max_length=80)]] = Field(default_factory=list)
    cookies: list[Annotated[CookieEntry, BeforeValidator(_read_cookie)]] = Field(default_factory=list)
    consent_mode: ConsentModeSection = Field(default_factory=ConsentModeSection)


class CatalogueRow(ServiceSection):
    """A service as the catalogue knows it: the same, with its usual purpose and where the facts come from."""

    name: Text
    provider: str
    purpose: Literal["necessary", "functional", "statistics", "marketing"]
    source: Text
    checked_on: Day


class NecessarySection(_Section):
    name: NamePattern | None = None
    service: Text | None = None
    reason: Text
    lifetime: LifetimeText | None = None
    paths: list[Annotated[str, AfterValidator(_check_page_path)]] = Field(default_factory=list)


class AssessmentSection(_Section):
    interest: Text
    necessity: Text
    balancing: Text
    reviewed_by: Text
    reviewed_on: Day


# What a click, a person or a letter is told by, or what was searched for (GDPR art. 5(1)(c)); the notice says so too.
_TELLING = frozenset(
    "gclid gbraid wbraid dclid fbclid msclkid ttclid twclid li_fat_id yclid mc_eid mc_cid _hsenc email e-mail "
    "mail phone token code key id uid user userid user_id session sid password q query search s keyword term".split()
)


def _check_kept(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise ValueError('write the name of one parameter, such as "page"')
    if name.lower() in _TELLING:
        raise ValueError("it may name a person or tell one from another, and the visit log must not")
    if name.lower().startswith("utm_"):
        raise ValueError("utm_source, utm_medium and utm_campaign are kept as the campaign without being named")
    return name


def _check_group(path: str) -> str:
    if not re.fullmatch(r"/[^\s?#]*", path):
        raise ValueError('write the beginning of a path, such as "/blog"')
    return path


class VisitsSection(_Section):
    ipv4_bits: Number = Field(default=24, ge=0, le=24)
    ipv6_bits: Number = Field(default=48, ge=0, le=48)
    retention: Period = Lifetime(90, "days")
    visitor: Literal["off", "daily"] = "daily"
    threshold: Number = Field(default=1, ge=1, le=1000)
    keep_query: list[Annotated[str, AfterValidator(_check_kept)]] = Field(default_factory=list, max_length=8)
    groups: dict[Annotated[str, AfterValidator(_check_group)], GroupName] = Field(default_factory=dict, max_length=100)
    assessment: AssessmentSection | None = None


class SignalsSection(_Section):
    gpc: Literal["respect", "ignore"] = "respect"
    since: Day | None = None


class GateSection(_Section):
    unknown: Literal["block", "report"] = "block"
    allow: list[Annotated[str, AfterValidator(_check_host_pattern)]] = Field(default_factory=list)


class ColoursSection(_Section):
    background: Colour | None = None
    text: Colour | None = None
    button: Colour | None = None
    button_text: Colour | None = None


class LinkSection(_Section):
    url: Address
    titles: Translated = Field(min_length=1)


class BannerSection(_Section):
    look: Literal["bar", "corner", "dialog", "none"] = "bar"
    colours: ColoursSection = Field(default_factory=ColoursSection)
    dark: ColoursSection = Field(default_factory=ColoursSection)
    radius: Number = Field(default=6, ge=0, le=22)
    font: Fonts = "system-ui,sans-serif"
    logo: OwnFile = ""
    links: list[LinkSection] = Field(default_factory=list, max_length=3)


class PolicyFile(_Section):
    site: SiteSection
    controller: ControllerSection
    consent: ConsentSection = Field(default_factory=ConsentSection)
    purposes: dict[Id, PurposeSection] = Field(default_factory=dict)
    services: dict[Id, ServiceSection] = Field(default_factory=dict)
    necessary: list[NecessarySection] = Field(default_factory=list)
    visits: VisitsSection = Field(default_factory=VisitsSection)
    retention: dict[Literal["answers", "consents", "figures", "observations"], Period] = Field(default_factory=dict)
    signals: SignalsSection = Field(default_factory=SignalsSection)
    gate: GateSection = Field(default_factory=GateSection)
    banner: BannerSection = Field(default_factory=BannerSection)
    texts: dict[Literal[LANGUAGES], dict[str, Text]] = Field(default_factory=dict)  # type: ignore[valid-type]
