"""A site with one of everything that a policy can say, and its pages as a visitor gets them."""

from __future__ import annotations

from dataclasses import replace

from cookiegate.consent import Consent
from cookiegate.gate import Allowance, Insertions, Rewriter, Rules
from cookiegate.policy import (
    BannerRules,
    ConsentRules,
    Controller,
    Cookie,
    GateRules,
    Lifetime,
    Necessary,
    Policy,
    Purpose,
    Service,
    Site,
    VisitRules,
)

COUNTER = Service(
    id="laskuri",
    name="Laskuri",
    provider="Laskuri Oy",
    purpose="statistics",
    hosts=("laskuri.example", "*.laskuri.example"),
    paths=("/mittari/",),
    signatures=("laskuri.example/l.js",),
    cookies=(Cookie("_laskuri", Lifetime(13, "months")), Cookie("laskuri_*", Lifetime(0, "session"))),
)
FILM = Service(
    id="filmi",
    name="Filmi",
    provider="Filmi Ltd",
    purpose="marketing",
    hosts=("filmi.example", "shared.example/filmi/"),
    cookies=(Cookie("FILMI", Lifetime(1, "years"), third_party=True),),
)
PIXEL = Service(
    id="pikseli",
    name="Pikseli",
    provider="Pikseli Ltd",
    purpose="marketing",
    hosts=("pikseli.example", "shared.example/pikseli/"),
    signatures=("pikseli.example/p.js",),
    cookies=(Cookie("_pik"),),
)
PAYMENT = Service(
    id="maksu",
    name="Maksu",
    provider="Maksu Oy",
    purpose="necessary",
    hosts=("maksu.example",),
    cookies=(Cookie("mk"),),
)
POLICY = Policy(
    site=Site("Koivurannan Saha", ("site.example", "www.site.example"), ("fi", "en")),
    controller=Controller("Koivurannan Saha Oy", "tietosuoja@site.example"),
    consent=ConsentRules(),
    purposes=(Purpose("statistics", (COUNTER,)), Purpose("marketing", (FILM,))),
    necessary=(
        Necessary("Keeps the visit together.", name="sid"),
        Necessary("Keeps the basket.", name="basket-*", paths=("/shop/",)),
        Necessary("Takes the payment.", service=PAYMENT, paths=("/pay/",)),
    ),
    visits=VisitRules(),
    gate=GateRules(allow=("cdn.example",)),
    banner=BannerRules(),
    retention={},
    known=(PIXEL,),
    version="1",
)
REPORTING = replace(POLICY, gate=GateRules(unknown="report"))
GUARD, CONTROL = b"<script>guard</script>", b"<section>control</section>"
PLACEHOLDER = b"placeholder"


def place(service: str, host: str) -> bytes:
    return PLACEHOLDER


BARE = Insertions(placeholder=place)
FULL = Insertions(GUARD, CONTROL, placeholder=place)


def allow(*given: str, path: str = "/", policy: Policy = POLICY) -> Allowance:
    """What passes for a visitor who gave these services, on the page at `path`."""
    return Rules(policy).allowance(Consent(True, frozenset(given)), path)


REFUSED = allow()
EVERYTHING = allow("laskuri", "filmi", policy=REPORTING)


def rewrite(
    document: bytes, allowance: Allowance = REFUSED, insertions: Insertions = BARE, size: int | None = None
) -> bytes:
    """The document as the visitor gets it, fed whole or `size` bytes at a time. Fails where the rewriter gave up."""
    rewriter = Rewriter(allowance, replace(insertions, memory={}))  # what is remembered holds for one allowance
    size = size or len(document) or 1
    out = [rewriter.feed(document[at : at + size]) for at in range(0, len(document), size)]
    out.append(rewriter.close())
    if rewriter.failure:
        raise rewriter.failure
    return b"".join(out)
