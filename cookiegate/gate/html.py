"""The streaming rewriter: an HTML document in, the same document with what was not agreed to disarmed.

A tokenizer, never an expression over the whole page: text, comments, raw text and foreign content are told apart as
browsers do, and what needs no decision is copied. Output does not depend on how the input was cut into chunks. What
cannot be told (an element hidden by broken markup) is left to the Content-Security-Policy, the second lock.
"""

from __future__ import annotations

import re
from dataclasses import replace

from . import syntax
from .allowance import Allowance, Verdict
from .css import disarm_css, disarm_map, find_end_of_text
from .foreign import CDATA, Foreign, closes_itself, pass_other
from .insertions import Insertions
from .prologue import find_place_for_guard, keep_charset
from .rawtext import find_end_of_raw
from .speculation import judge_rules
from .tags import Decision, disarm_inline, quote
from .templates import Templates
from .usual import decide_tag

# Elements after whose start tag something other than more markup comes.
_KINDS = dict.fromkeys((b"script", b"style", b"xmp", b"iframe", b"noembed", b"noframes", b"title", b"textarea"), "raw")
_KINDS |= {b"svg": "root", b"math": "root"}
_KINDS |= {name: name.decode() for name in (b"noscript", b"body", b"frameset", b"plaintext")}
# Ends SVG and MathML wherever it stands, and shows nothing.
HTML_FROM_HERE = b'<meta name="cookiegate">'
_RAW = frozenset(("raw", "noscript", "plaintext"))
_NOSCRIPT_HELD = 65_536  # bytes within which a noscript element must end to be read as browsers with scripts do
_RUNS = re.compile(rb"<script|[\s/\"']on[a-z]+\s*=|javascript:", re.I)
_LONG = 65_536  # bytes of something unfinished
_REMEMBERED = 20_000  # decisions per allowance
_LONGEST_REMEMBERED = 4096  # bytes of a tag worth remembering


class Rewriter:
    """One document. Feed it chunks, send what it returns, close it.

    `judged` then holds the verdicts on what was disarmed, for the operator's report, and on statistics that may run.
    """

    def __init__(self, allowance: Allowance, insertions: Insertions) -> None:
        self.judged: set[Verdict] = set()
        self.failure: Exception | None = None  # what the rewriter could not cope with; the rest went as it came
        self._allowance, self._insertions = allowance, insertions
        self._guard, self._control = insertions.guard, insertions.control
        self._inside: Insertions | None = None  # for documents inside this one
        self._begun = not (self._guard or self._control)  # past doctype, html and head, where ours go
        self._held: list[bytes] = []  # the unfinished end of what came so far
        self._size = self._enough = 0  # its bytes, and how many must be there before it is looked at again
        self._may_end = False  # whether a ">" came since it was looked at
        self._plain = False  # past <plaintext>: no markup any more
        self._foreign = Foreign()
        self._templates = Templates()
        self._passing = False  # whether a decision holds for this response alone

    def feed(self, chunk: bytes) -> bytes:
        """What may be sent now. It may be nothing: an unfinished tag or script waits for its end."""
        if self._held:
            self._held.append(chunk)
            self._size += len(chunk)
            self._may_end = self._may_end or b">" in chunk
            if not self._may_end or self._size < self._enough:
                return b""
            chunk = b"".join(self._held)
            self._held = []
        return self._try(chunk, final=False)

    def close(self) -> bytes:
        """The rest of the document."""
        held, self._held = b"".join(self._held), []
        rest = self._try(held, final=True)
        return rest + self._place_control()

    def _try(self, buffer: bytes, final: bool) -> bytes:
        try:
            return self._run(buffer, final)
        except Exception as error:
            # never the end of a page: it is sent as it came, and the Content-Security-Policy alone holds
            self.failure, self._plain, self._guard, self._control, self._held = error, True, b"", b"", []
            return buffer

    def _run(self, buffer: bytes, final: bool) -> bytes:
        out: list[bytes] = []
        position = 0
        if not self._begun:
            position = find_place_for_guard(buffer, final)
            if position < 0:
                self._hold(buffer)
                return b""
            self._begun = True
            self._speak(buffer[:position])
            out.append(buffer[:position])
            if self._guard:
                out += (keep_charset(buffer, position), self._guard)
        end = self._scan(buffer, position, final, out)
        if end < len(buffer):
            self._hold(buffer[end:])
        return b"".join(out)

    def _speak(self, prologue: bytes) -> None:
        """In the page's own language, where it says one (EDPB 03/2022: a banner in another one deceives)."""
        speak = self._insertions.speak
        said = syntax.LANGUAGE.search(prologue) if speak and self._control else None
        if speak and said:
            self._insertions = speak(said[1])
            self._control = self._insertions.control

    def _hold(self, rest: bytes) -> None:
        """Keeps what is unfinished. What is long is looked at again only when it has grown by a quarter, so that
        all the looking stays linear however small the chunks are."""
        self._held = [rest]
        self._size = len(rest)
        self._enough = len(rest) * 5 // 4 if len(rest) > _LONG else 0
        self._may_end = False

    def _scan(self, buffer: bytes, position: int, final: bool, out: list[bytes]) -> int:
        """Copy to `out` what is decided; returns where the undecided rest begins."""
        copied = position
        length = len(buffer)
        remembered = self._insertions.memory.get
        foreign = self._foreign
        skip = foreign.skip
        ended = True
        while not self._plain:
            tag, name, at, after = skip(buffer, position)
            if foreign.stack:
                foreign.pass_over(buffer, position, at)
                skip = foreign.skip
            if self._control:
                self._templates.pass_over(buffer, position, after)
            position = at
            if tag is None or name is None:
                if position >= length:
                    break
                step = pass_other(buffer, position, final, foreign)
                if step < 0:
                    break
                if (
                    buffer.startswith(CDATA, position)
                    and foreign.has_cdata is None
                    and buffer.find(b">", position) < step - 1
                ):
                    # the same text, written so that it is text in HTML too
                    characters = buffer[position + len(CDATA) : step - 3]
                    out += (buffer[copied:position], quote(characters).replace(b">", b"&gt;"))
                    copied = step
                if self._control and buffer.startswith(b"</", position):
                    self._templates.pass_over(buffer, position, step)
                position, skip = step, foreign.skip
                continue
            kind = _KINDS.get(name)
            if kind is None:  # mostly the name is in lower case already
                name = name.lower()
                kind = _KINDS.get(name)
            new, content, judged = remembered(tag) or self._decide(tag, name)
            if judged:
                self.judged.update(judged)
            doubtful = kind in _RAW and foreign.doubtful
            if foreign.stack and not doubtful and foreign.takes(tag, name):
                # scripts and styles are markup like any other here, not raw text
                kind = "css" if name == b"style" and not closes_itself(tag) else None
            ends = length
            if kind == "raw" or kind == "css":
                ends = find_end_of_raw(name, buffer, after) if kind == "raw" else find_end_of_text(buffer, after)
                if ends < 0 and not final:
                    break
            elif kind == "noscript":
                # where one has no end none after it has: looking for each would be quadratic
                ends = find_end_of_raw(name, buffer, after) if ended else -1
                ended = ends >= 0
                if ends < 0 and not final and length - after < _NOSCRIPT_HELD:
                    break
            swallows = doubtful and (kind == "plaintext" or ends < 0 or buffer.find(b"<", after, ends) >= 0)
            if swallows:
                out += (buffer[copied:position], HTML_FROM_HERE)
                copied = position
                foreign.break_out()
            if foreign.stack or kind == "root":
                foreign.enter(tag, name)
                skip = foreign.skip
            if kind is None:
                if new is not None:
                    out += (buffer[copied:position], new)
                    copied = after
                position = after
                continue
            if kind == "raw" or kind == "css":
                if ends < 0:
                    # what never ends swallows all that follows
                    out += (buffer[copied:position], self._place_control())
                    copied, ends = position, length
                text = None
                if ends > after and (content or name == b"style"):
                    new, text = self._decide_content(name, tag, new, content, buffer, after, ends)
                if new is not None or text is not None:
                    out += (buffer[copied:position], new or tag)
                    copied = after
                if text is not None:
                    out.append(text)
                    copied = ends
                position = ends
                continue
            if kind == "noscript" and ends >= 0:
                out += (buffer[copied:position], new or tag, self._nested(buffer[after:ends]))
                copied = position = ends
                continue
            out += (buffer[copied:position], new or tag)
            copied = position = after
            if self._templates.open and kind in ("body", "frameset"):
                pass  # browsers pass over it
            elif kind == "body":
                out.append(self._control)
                self._control = b""
            elif kind == "frameset":
                self._control = b""  # no body will come
            elif kind == "plaintext":
                self._plain = True
        if final and position < length and not self._plain:
            out += (buffer[copied:position], self._place_control())
            copied = position
        if self._plain or final:
            position = length
        out.append(buffer[copied:position])
        return position

    def _place_control(self) -> bytes:
        """The control, for the last place where it can be seen, unless it was placed."""
        control, self._control = self._control if self._insertions.at_end else b"", b""
        return control

    def _decide(self, tag: bytes, name: bytes) -> Decision:
        self._passing = False
        decision = decide_tag(tag, name, self._allowance, self._insertions.placeholder, self._nest)
        if len(tag) <= _LONGEST_REMEMBERED and not self._passing:
            remembered = self._insertions.memory
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered[tag] = decision
        return decision

    def _decide_content(
        self, name: bytes, tag: bytes, new: bytes | None, kind: str, buffer: bytes, start: int, end: int
    ) -> tuple[bytes | None, bytes | None]:
        """New bytes for the start tag and the content of a raw text element; None: as they are."""
        if kind == "code":
            service = self._allowance.signatures.find(buffer, start, end)
            if service and self._allowance.blocks:
                self.judged.add(Verdict(False, service))
                new = disarm_inline(tag, self._allowance, service)
            elif measured := self._allowance.measured.find(buffer, start, end):
                self.judged.add(Verdict(True, measured))
            return new, None
        judge = self._allowance.judge_url
        denied: list[Verdict] = []
        content = None
        if name == b"style":
            content = disarm_css(buffer, judge, denied, start, end)
        elif kind == "map":
            content = disarm_map(buffer[start:end], judge, denied)
        elif self._allowance.blocks and not (verdict := judge_rules(buffer[start:end], judge)).allowed:
            denied.append(verdict)
            new = disarm_inline(tag, self._allowance, verdict.service)
        self.judged.update(denied)
        return new, content

    def _nest(self, document: bytes) -> bytes:
        """A document inside an attribute. Its scripts write the same cookies, so they get the guard as well."""
        if not self._insertions.guard or not _RUNS.search(document):
            return self._nested(document)
        self._passing = True
        return self._rewrite(document, replace(self._insertions, control=b"", speak=None))

    def _nested(self, document: bytes) -> bytes:
        """The same without scripts, or what a noscript element holds."""
        if self._inside is None:
            self._inside = replace(self._insertions, guard=b"", control=b"", speak=None)
        return self._rewrite(document, self._inside)

    def _rewrite(self, document: bytes, insertions: Insertions) -> bytes:
        inner = Rewriter(self._allowance, insertions)
        rewritten = inner.feed(document) + inner.close()
        self.judged |= inner.judged
        return rewritten
