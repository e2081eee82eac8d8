"""One response on its way to the browser: its headers gated, and its body rewritten where it is a page.

Holds the state of one response over its messages; knows nothing of ASGI but lists of headers and chunks of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field

from . import headers as rules
from .allowance import PASS, Allowance, Verdict
from .coding import Closer, Opener, open_coding
from .cookies import passes_set_cookie
from .html import Rewriter
from .insertions import Insertions
from .japanese import Japanese
from .media import PAGE_TYPES, is_drawing, read_charset, read_media
from .memory import RememberingRewriter, open_rewriter
from .plain import EVENT, FILTERED
from .transcoding import MARKS, TRANSCODED, Transcoder, open_encoding
from .variants import TO_SHARED_CACHES, mark_etag, replace_etag, tell_variant, vary_by_choice
from .visit import Visit

Headers = list[tuple[bytes, bytes]]

_WATCHED = FILTERED | {b"content-type", b"content-disposition"}
_DROPPED = TO_SHARED_CACHES | frozenset(  # of a page: no longer true, or would let an old variant pass for the new one
    (b"content-length", b"content-range", b"content-md5", b"digest", b"repr-digest", b"content-digest",
     b"accept-ranges", b"last-modified", b"etag", b"vary", b"cache-control", b"content-type", b"x-dns-prefetch-control")
)  # fmt: skip
_STRICT = re.compile(rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*[\"']use strict[\"']", re.S)
_BODILESS = frozenset((101, 204, 205, 304))
_LENGTHS = frozenset((b"content-length", b"etag", b"last-modified", b"accept-ranges"))


@dataclass(slots=True)
class Seen:
    """What a response would have done that nobody declared, for the operator's report; and what it does, and says."""

    denied: list[Verdict] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    failure: Exception | None = None  # of the rewriter
    measures: bool = False  # statistics that were given run in the page
    events: list[bytes] = field(default_factory=list)  # values of Cookiegate-Event


NOTHING_SEEN = Seen()

Compose = Callable[[bytes, bool], Insertions]  # nonce, inline allowed → what of ours goes into the page


class GatedResponse:
    """Gates one response. `start` first; then, where it `rewrites`, `feed` for each chunk and `close` at the end."""

    # most responses are no page, and nothing of theirs differs from this
    seen = NOTHING_SEEN
    is_page = False
    rewrites = False
    _rewriter: Rewriter | RememberingRewriter | _Untouched | None = None
    _opener: Opener | None = None
    _closer: Closer | None = None
    _opened = False
    _transcoder: Transcoder | Japanese | None = None
    _charset = b""
    _begin: bytes | None = b""  # what came before two bytes told the encoding; None from then on
    _told = False  # whether a fragment was looked at
    _leader = b""
    _trailer = b""

    def __init__(
        self, allowance: Allowance, visit: Visit, compose: Compose, expired: Iterable[bytes] = (), asked: str = ""
    ) -> None:
        """`asked` tells apart, beside what is allowed, what the page asks its visitor: for the ETags of variants."""
        self._allowance = allowance
        self._variant = allowance.key + asked
        self._visit = visit
        self._compose = compose
        self._expired = expired

    def start(self, status: int, headers: Headers, has_body: bool) -> Headers:
        """The headers to send. Says by `rewrites` whether body chunks must come through `feed`."""
        allowance, out = self._allowance, []
        content_type = coding = cache = None
        attached = False
        policies = []
        for pair in headers:
            name = pair[0]
            if name == b"content-encoding":
                coding = pair[1] if coding is None else coding + b", " + pair[1]
            elif name == b"cache-control":
                cache = pair[1] if cache is None else cache + b", " + pair[1]
            if name not in _WATCHED:
                out.append(pair)
                continue
            value = pair[1]
            if name == b"content-type":
                content_type = value if content_type is None else content_type + b", " + value
            elif name == b"content-disposition":
                attached = value.strip().lower().startswith(b"attachment")
            elif name == b"set-cookie":
                passes, cookie = passes_set_cookie(value, allowance)
                if passes and not allowance.names_keep(cookie):  # reported only: gate.unknown = "report"
                    self._see().cookies.append(cookie)
                if not passes:
                    self._see().cookies.append(cookie)
                    continue
            elif name == EVENT:
                self._see().events.append(value)
                continue
            elif name in rules.POLICIES:
                pair = (name, rules.strip_foreign_reports(value, allowance, self._see().denied))
                if name == b"content-security-policy":
                    policies.append(value)
                    pair = (name, rules.admit_choice(pair[1], allowance.site.policy, allowance.site.prefix))
            elif not self._passes(name, value, status):
                continue
            elif name == b"link":
                pair = (name, rules.filter_link(value, allowance, self._see().denied))
                if not pair[1]:
                    continue
            out.append(pair)
        out.append(allowance.csp_header)
        media = read_media(content_type or b"")
        # Browsers show a part that they did not ask for as the page (and pages are never asked for in parts).
        part = status == 206 and not self._visit.document
        whole = not part and status not in _BODILESS
        if not attached and media in PAGE_TYPES and whole and (media or has_body):
            self.is_page = self.rewrites = True
            nonce, inline = b"", True
            if policies:
                nonce = next(filter(None, map(rules.read_nonce, policies)), b"")
                inline = all(rules.allows_inline(policy, nonce) for policy in policies)
            return self._start_page(out, content_type or b"", coding, cache, nonce, inline, has_body)
        if self._visit.worker and status == 200 and has_body and not coding:
            return vary_by_choice(self._start_worker(out), cache)
        if status == 304 and self._visit.document:
            return vary_by_choice(replace_etag(out, self._variant), cache)
        if (self._visit.document and is_drawing(media)) or self._visit.worker or self._visit.program:
            return vary_by_choice(out, cache)  # it obeys the policy that it was stored with
        return out

    def feed(self, chunk: bytes) -> bytes:
        """The rewritten bytes that may be sent now. Raises CodingError for a body that is not what it says."""
        if self._rewriter is None:
            leader, self._leader = self._leader, b""
            # a script that begins by being strict stays so
            return (b'"use strict";' if leader and _STRICT.match(chunk) else b"") + leader + chunk
        if self._opener is not None:
            self._opened = self._opened or bool(chunk)
            chunk = self._opener.feed(chunk)
        text = self._read(chunk, final=False)
        if self._visit.fragment and not self._told and text.strip():
            self._told = True
            if text.lstrip(b"\xef\xbb\xbf\t\n\r ")[:1] in (b"{", b"["):
                self._rewriter = _Untouched()
        return self._write(self._rewriter.feed(text))

    def recall(self, body: bytes) -> bytes | None:
        """All that is to be sent for a body that came at once, where this very page came before; else feed it."""
        rewriter = self._rewriter
        if not isinstance(rewriter, RememberingRewriter) or self._opener is not None:
            return None
        whole = rewriter.recall(body)
        if whole is not None and rewriter.judged:
            self._note(rewriter.judged)
        return whole

    def close(self) -> bytes:
        """The end of the body. Raises CodingError for one that was cut off."""
        if self._rewriter is None:
            return self._leader + self._trailer
        if self._opener is not None and self._opened:  # a body of no bytes at all is not cut off
            self._opener.close()
        rest = self._rewriter.feed(self._read(b"", final=True))
        last = self._write(rest + self._rewriter.close())
        self._note(self._rewriter.judged)
        self._see().failure = self._rewriter.failure
        return last + self._closer.close() if self._closer is not None else last

    def _read(self, data: bytes, final: bool) -> bytes:
        """In an encoding that contains ASCII. A byte order mark outweighs the header (WHATWG Encoding section 6)."""
        if self._begin is not None:
            data = self._begin + data
            if len(data) < 2 and not final:
                self._begin = data
                return b""
            self._begin = None
            name = MARKS.get(data[:2]) or ("" if data[:2] == b"\xef\xbb" else TRANSCODED.get(self._charset))
            self._transcoder = open_encoding(name) if name else None
        return self._transcoder.read(data, final) if self._transcoder is not None else data

    def deny(self, verdict: Verdict) -> None:
        """Note that all of it was withheld."""
        self._see().denied.append(verdict)

    def _see(self) -> Seen:
        if self.seen is NOTHING_SEEN:
            self.seen = Seen()
        return self.seen

    def _note(self, judged: Set[Verdict]) -> None:
        seen = self._see()
        for verdict in judged:
            if verdict.allowed:
                seen.measures = True
            else:
                seen.denied.append(verdict)

    def _write(self, data: bytes) -> bytes:
        if self._transcoder is not None:
            data = self._transcoder.write(data)
        return self._closer.feed(data) if self._closer is not None else data

    def _passes(self, name: bytes, value: bytes, status: int) -> bool:
        denied = self._see().denied
        if name == b"refresh":
            return rules.passes_refresh(value, self._allowance, denied)
        if name == b"location":
            # where a visitor goes is theirs to decide; a script, image or frame is not sent elsewhere
            verdict = PASS if self._visit.document else self._allowance.judge_url(value)
            if not verdict.allowed:
                denied.append(verdict)
            return verdict.allowed
        if name in rules.REPORTING:
            return rules.passes_asking(name, value, self._allowance, denied)
        return True

    def _start_worker(self, headers: Headers) -> Headers:
        """A worker keeps the policy it was installed with, so a changed choice must bring a new worker.

        Browsers compare the script byte by byte: the state is written behind it. Unless everything was given, the
        new one does not wait for the old one's pages to be closed.
        """
        allowance = self._allowance
        self.rewrites = True
        everything = allowance.given == allowance.site.loaded
        renewed = "" if everything else "self.addEventListener('install',()=>self.skipWaiting());"
        self._leader = self._compose(b"", True).worker + b"\n"
        self._trailer = f"\n;{renewed}//cookiegate:{allowance.key}\n".encode()
        return [pair for pair in headers if pair[0] not in _LENGTHS]

    def _start_page(
        self,
        headers: Headers,
        content_type: bytes,
        coding: bytes | None,
        cache: bytes | None,
        nonce: bytes,
        inline: bool,
        has_body: bool,
    ) -> Headers:
        allowance = self._allowance
        if coding is not None and coding.strip().lower() not in (b"", b"identity"):
            opened = open_coding(coding)
            if opened is None:  # cannot be read here: the headers alone gate it
                return vary_by_choice(headers, cache)
            if has_body:
                self._opener, self._closer = opened
        self._charset = read_charset(content_type)
        insertions = self._compose(nonce, inline)
        self._rewriter = open_rewriter(allowance, insertions, cache or b"")
        out, vary = [], []
        for pair in headers:
            name, value = pair
            if name not in _DROPPED:
                out.append(pair)
            elif name == b"vary":
                vary.append(value)
            elif name == b"etag" and (marked := mark_etag(value, self._variant)):
                out.append((name, marked))
        if self._visit.fragment:  # has no guard, so no cache may give it to a navigation
            vary.append(b"Sec-Fetch-Dest")
        out += tell_variant(tuple(vary), cache)
        out.append((b"x-dns-prefetch-control", b"off"))
        if content_type:
            out.append((b"content-type", content_type))
        out += [(b"set-cookie", value) for value in self._expired]
        return out


class _Untouched:
    """In place of a rewriter for data that calls itself a page: tags in its texts are no markup."""

    failure: Exception | None = None
    judged: frozenset[Verdict] = frozenset()

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def close(self) -> bytes:
        return b""
