"""All that a set of given services implies, compiled once and looked up per request.

The gate's rules in one place: whose a URL is and whether it may be asked for, and which names may be kept in the
browser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..consent import Consent, list_ahead
from ..policy import ADVANCED, HostRules, Policy, Service, compile_names, split_url
from .beginnings import Beginnings
from .csp import build_csp
from .patterns import compile_any
from .signatures import Signatures

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_KEPT = 8192  # verdicts remembered per allowance


class Verdict(NamedTuple):
    """Whether something may pass, and whose it is ("" where nobody declared it)."""

    allowed: bool
    service: str = ""
    host: str = ""


PASS = Verdict(True)
_USUAL_URL = re.compile(rb"(?:https?:)?//([a-z0-9.-]+[a-z0-9])(?=[/?#]|\Z)")
_SLASHES = re.compile("//+")
# A path on the site itself, with nothing in it that a browser would read as anything else.
_USUAL_PATH = re.compile(rb"/(?![/\\])[^\\&\x00-\x20]*+")


class Allowance:
    """What passes for one set of services, on one set of pages. Immutable but for its memory of verdicts."""

    def __init__(self, site: Rules, given: frozenset[str], pages: frozenset[int], ahead: frozenset[str]) -> None:
        self.site = site
        self.given = given
        self.ahead = ahead - given  # not given, but may be asked all the same; they keep nothing in the browser
        needed = [entry for number, entry in enumerate(site.policy.necessary) if not entry.paths or number in pages]
        self._necessary = frozenset(entry.service.id for entry in needed if entry.service)
        granted = [site.services[id] for id in sorted(given | self._necessary)]
        self.blocks = site.policy.gate.unknown == "block"
        self.everything = bool(given) and given == site.loaded  # no more could be agreed to
        self.measuring = given & site.policy.measuring  # statistics that may run
        self._names = compile_names(
            [entry.name for entry in needed if entry.name]
            + [cookie.name for service in granted for cookie in service.cookies if not cookie.third_party]
        )
        self.names = self._names.pattern
        early = [(pattern, id) for id in sorted(self.ahead) for pattern in ADVANCED[id]]
        self._ahead = HostRules(early)
        self.csp = build_csp(site.policy, site.prefix, granted, (pattern for pattern, _ in early))
        said = b"content-security-policy" if self.blocks else b"content-security-policy-report-only"
        self.csp_header = (said, self.csp)
        withheld = [service for service in site.services.values() if service.id not in given | self._necessary]
        self.signatures = Signatures(withheld)
        named_first = sorted(withheld, key=lambda service: service.id not in site.declared)
        self.beginnings = Beginnings(named_first, granted) if self.blocks else Beginnings((), ())
        self.measured = Signatures(site.services[id] for id in sorted(self.measuring))
        state = f"{site.policy.version} {sorted(given)} {sorted(pages)} {sorted(self.ahead)}"
        self.key = hashlib.sha256(state.encode()).hexdigest()[:12]
        self._urls: dict[bytes, Verdict] = {}
        self._hosts: dict[bytes, Verdict] = {}
        self._labels: dict[str, bytes] = {}

    def judge_url(self, url: bytes) -> Verdict:
        """May this URL be asked for from a page of the site? Relative and local ones may, unless disguised."""
        usual = _USUAL_URL.match(url)
        if usual:
            verdict = self.judge_host(usual[1])
            if verdict is not None and (verdict is not PASS or not self.site.may_hide.search(url)):
                return verdict
        elif _USUAL_PATH.fullmatch(url) and not self.site.may_hide.search(url):
            return PASS
        verdict = self._urls.get(url)
        if verdict is None:
            if len(self._urls) >= _KEPT:
                self._urls.clear()
            verdict = self._urls[url] = self._judge(url, usual[1] if usual else b"")
        return verdict

    def judge_host(self, host: bytes) -> Verdict | None:
        """The one verdict on all that this host has, or None where it depends on the path or is not known yet.

        Most hosts have one answer for all their paths, and most are nobody's. Even where it is `PASS` a service may
        hide at a path of it.
        """
        verdict = self._hosts.get(host)
        if verdict is None and not self.site.knows(name := host.decode()):
            verdict = self._keep(host, Verdict(False, "", name) if self.blocks else PASS)
        return verdict

    def judge_place(self, host: str, rest: str) -> Verdict:
        """The same for a host and a path with query."""
        own = host in self.site.own
        service = self.site.find_own(rest) if own else self.site.find(host, rest)
        if service is None:
            return PASS if own or not self.blocks else Verdict(False, "", host)
        passes = not self.blocks or service == "" or self.gives(service)
        return Verdict(passes or (service in self.ahead and self._ahead.find(host, rest) == service), service, host)

    def judge_connection(self, url: bytes) -> Verdict:
        """May the browser connect to this URL's host ahead of time? Yes where anything on that host may pass."""
        usual = _USUAL_URL.match(url)
        if usual and self.blocks and not self.site.knows(usual[1].decode()):
            return Verdict(False, "", usual[1].decode())
        place = split_url(url.decode("latin-1"))
        if place is None or place.host in self.site.own or not self.blocks:
            return PASS
        services = self.site.find_all(place.host)
        if any(service == "" or self.gives(service) for service in services):
            return PASS
        return Verdict(False, services[0] if services else "", place.host)

    def judge_own_path(self, rest: str) -> Verdict:
        """May this path of the site itself be asked for, or does a service hide there that was not given?"""
        service = self.site.find_own(rest)
        return PASS if service is None else Verdict(not self.blocks or self.gives(service), service, "")

    def gives(self, service: str) -> bool:
        return service in self.given or service in self._necessary

    def keeps(self, name: str) -> bool:
        """May a cookie or storage key of this name be kept and sent?"""
        return not self.blocks or self._names.fullmatch(name) is not None

    def names_keep(self, name: str) -> bool:
        """The same where nothing is blocked, only reported: would it be kept?"""
        return self._names.fullmatch(name) is not None

    def label(self, service: str) -> bytes:
        """The two attributes by which a disarmed element says whose it is."""
        label = self._labels.get(service)
        if label is None:
            known = self.site.services.get(service)
            purpose = self.site.policy.purpose_of.get(service) or (known.purpose if known else "")
            label = f' data-cookiegate-service="{service}" data-cookiegate-purpose="{purpose}"'.encode()
            self._labels[service] = label
        return label

    def _judge(self, url: bytes, host: bytes) -> Verdict:
        text = url.decode("latin-1")
        if host and "&" not in text and "\\" not in text:
            name, rest = host.decode(), text.partition(host.decode())[2]
        else:
            place = split_url(text)
            if place is None:
                return self.judge_own_path(_own_path(text))
            name, rest = place
        verdict = self.judge_place(name, rest if rest.startswith("/") else "/" + rest)
        # on the site itself and on some other hosts the path tells
        by_path = name in self.site.own or self.site.tells_paths(name) or self._ahead.tells_paths(name)
        if host and (verdict is PASS or not by_path):
            self._keep(host, verdict)
        return verdict

    def _keep(self, host: bytes, verdict: Verdict) -> Verdict:
        if len(self._hosts) >= _KEPT:
            self._hosts.clear()
        self._hosts[host] = verdict
        return verdict


class Rules:
    """A policy compiled for the gate; hands out one `Allowance` per state, made when first asked for."""

    def __init__(
        self, policy: Policy, prefix: str = "/_cookiegate", stand_ins: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.policy = policy
        self.stand_ins = stand_ins  # service → the address of a script of ours that runs instead of its own
        self.prefix = prefix
        self.own = frozenset((*policy.site.hosts, *_LOOPBACK))
        self.loaded = policy.services.keys() - policy.forwarded.keys()  # by browsers, where all is given
        necessary = {entry.service.id: entry.service for entry in policy.necessary if entry.service}
        self.declared = {**policy.services, **necessary}
        self.services: dict[str, Service] = {**{each.id: each for each in policy.known}, **self.declared}
        # What the site's owner wrote wins over what we merely know, however specific that is.
        self._declared = HostRules(
            [(host, service.id) for service in self.declared.values() for host in service.hosts]
            + [(host, "") for host in policy.gate.allow]
        )
        self._known = HostRules((host, service.id) for service in policy.known for host in service.hosts)
        patterns = [*policy.gate.allow, *(host for service in self.services.values() for host in service.hosts)]
        self._named = self.own | {re.split("[/?]", pattern)[0].removeprefix("*.") for pattern in patterns}
        self._tails = frozenset(_find_tail(name) for name in self._named)
        self._own_declared = HostRules(_own_rules(self.declared.values()))
        self._own_known = HostRules(_own_rules(policy.known))
        hidden = {path.rpartition("*")[2] for each in self.services.values() for path in each.paths}
        self.may_hide = compile_any(hidden)
        self._may_hide_here = re.compile("|".join(map(re.escape, sorted(hidden))) or "(?!)")
        self._names = compile_names([cookie.name for service in self.declared.values() for cookie in service.cookies])
        self._scoped = [(number, entry.paths) for number, entry in enumerate(policy.necessary) if entry.paths]
        self._made: dict[tuple[frozenset[str], frozenset[int], frozenset[str]], Allowance] = {}

    def find(self, host: str, rest: str) -> str | None:
        """The service a foreign place belongs to; "" where the policy allows the host without one."""
        declared = self._declared.find(host, rest)
        return declared if declared is not None else self._known.find(host, rest)

    def names_cookie(self, name: str) -> bool:
        """Whether the policy names this cookie or storage key at all, given or not."""
        return self._names.fullmatch(name) is not None

    def tells_paths(self, host: str) -> bool:
        """Whether the answer for this host may depend on the path."""
        return self._declared.tells_paths(host) or self._known.tells_paths(host)

    def knows(self, host: str) -> bool:
        """Whether the host is the site's own or some pattern may fit it."""
        if _find_tail(host) not in self._tails:  # tells nearly all others at once
            return False
        while host not in self._named:
            host = host.partition(".")[2]
            if not host:
                return False
        return True

    def find_all(self, host: str) -> list[str]:
        """Every service that has anything on this host, declared ones first."""
        return [*self._declared.find_all(host), *self._known.find_all(host)]

    def find_own(self, rest: str) -> str | None:
        """The service that hides at this path of the site itself, which may read several slashes as one."""
        merged = _SLASHES.sub("/", rest)
        return self._find_own(rest) or (self._find_own(merged) if merged != rest else None)

    def _find_own(self, rest: str) -> str | None:
        if not self._may_hide_here.search(rest):
            return None
        declared = self._own_declared.find("own", rest)
        return declared if declared is not None else self._own_known.find("own", rest)

    def find_pages(self, path: str) -> frozenset[int]:
        """Which of the necessary entries that hold on some pages only hold at `path`."""
        if not self._scoped:
            return _NO_PAGES
        return frozenset(number for number, paths in self._scoped if path.startswith(paths))

    def allowance(self, consent: Consent, path: str) -> Allowance:
        """What passes for a visitor with this consent on the page at `path`."""
        return self._find(consent.services, self.find_pages(path), list_ahead(self.policy, consent))

    def narrow(self, consent: Consent) -> str:
        """The Content-Security-Policy that brings any page that is open to this choice. What only some pages may ask
        is in it: on the others their own policy forbids that."""
        every = frozenset(number for number, _ in self._scoped)
        return self._find(consent.services, every, frozenset()).csp.decode().partition("; report-uri")[0]

    def _find(self, services: frozenset[str], pages: frozenset[int], ahead: frozenset[str]) -> Allowance:
        state = (services & self.loaded, pages, ahead)  # what the site's own server tells is loaded for nobody
        found = self._made.get(state)
        if found is None:
            if len(self._made) >= 1024:  # 2ⁿ states exist; few are in use at a time
                self._made.clear()
            found = self._made[state] = Allowance(self, *state)
        return found


_NO_PAGES: frozenset[int] = frozenset()


def _find_tail(host: str) -> str:
    """The last two labels of a name, or all of a shorter one."""
    return host[host.rfind(".", 0, max(0, host.rfind("."))) + 1 :]


def _own_rules(services: Iterable[Service]) -> Iterable[tuple[str, str]]:
    for service in services:
        for path in service.paths:
            if path.startswith("*"):
                yield "own" + path[1:], service.id
                yield "own/" + path, service.id
            else:
                yield "own" + path, service.id


def _own_path(url: str) -> str:
    path = url.replace("&amp;", "&").strip()
    return path if path.startswith("/") else "/" + path.removeprefix("./")
