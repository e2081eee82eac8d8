"""What staff write is kept for years: it names nobody, and steers no terminal."""

from __future__ import annotations

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register.acts import require_impersonal, require_plain


@pytest.mark.parametrize(
    "text",
    ["from aino@example.test", "came from 203.0.113.7", "call 040 123 4567", "she is 131052-308T", "+358401234567",
     "from 2001:db8::7", "[2001:DB8:0:0:0:0:0:1]", "fe80::1%eth0", "::ffff:a00:1", "the net 2001:db8::/32",
     "aino at example dot test", "aino [at] posti.example.test", "Aino (AT) posti (DOT) example (DOT) test",
     "aino＠example.test", "aino @ example.test", "call 040.123.4567", "+358.40.123.4567", "on 555.123.4567",
     "2026-03-01 040.1234567"],
)  # fmt: skip
def test_a_note_that_names_somebody_is_refused(text: str) -> None:
    with pytest.raises(CookiegateError, match="without naming the person"):
        require_impersonal(text, "the note")


@pytest.mark.parametrize("text", [
    "came on 2026-03-01, by letter", "took 3 weeks", "GDPR art. 12(3)", "",
    "on 22.11.2026 and 1.12.2026", "by 2026-11-22T10:30:15Z", "between 09.00-17.00", "at 10:30:15", "years 2024-2025",
    "Act 917/2014 chapter 24", "(EU) 2016/679, 2002/58/EC", "917/2014 2016/679", "version 1.2.3", "149.0.7827.155",
    "std::vector", "Note:: read", "look at the red dot", "2 items @ 5 euros", "as 3.10.2-rc1 says",
])  # fmt: skip
def test_a_note_that_names_nobody_is_kept(text: str) -> None:
    assert require_impersonal(f" {text} ", "the note") == text


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\u202eb", "x" * 2001])
def test_a_text_that_would_steer_a_terminal_or_is_endless_is_refused(text: str) -> None:
    with pytest.raises(CookiegateError):
        require_plain(text, "the note")
