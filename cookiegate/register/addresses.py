"""E-mail addresses and phone numbers in one spelling each, and the keyed hash under which a ban is found."""

from __future__ import annotations

import hmac
import re
import unicodedata
from contextlib import suppress

from cookiegate.errors import CookiegateError

CHANNELS = ("email", "sms", "call")
_MAILBOX = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
# Countries where a number begins with 0 at home and no number does abroad: 0 directly behind the code is a slip of who
# wrote it. A short list, of Europe alone; not 39, where the 0 is dialled, nor the countries that have no such 0.
_TRUNK_0 = re.compile(r"^(\+(?:31|32|33|40|41|43|44|46|49|353|355|358|359|380|381|385|386|387|421))0+")
# Shows nothing: two addresses that look the same would be two.
_INVISIBLE = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CONTEXT = b"cookiegate/ban/v1\0"


def normalise(address: str) -> str:
    """Lower-case e-mail with its domain in ASCII (RFC 5891), or E.164: "+358401234567".

    Raises CookiegateError, which names no address, for anything else.
    """
    text = unicodedata.normalize("NFKC", address).strip()
    if _INVISIBLE.search(text) or any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in text):
        raise CookiegateError("there is a character in this address that cannot be seen: type the address anew")
    return _spell_mailbox(text) if "@" in text else _spell_phone(text)


def _spell_mailbox(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.lower())
    if _MAILBOX.fullmatch(text):
        local, _, domain = text.partition("@")
        with suppress(UnicodeError):
            spelt = f"{local}@{'.'.join(map(_spell_label, domain.split('.')))}"
            if len(spelt) <= 254:
                return spelt
    raise CookiegateError("this is no e-mail address: write it as name@example.test")


def _spell_label(label: str) -> str:
    """A part of a domain in ASCII. Raises UnicodeError for what is none."""
    if label.startswith("xn--"):
        told = label.removeprefix("xn--").encode("ascii").decode("punycode")
        shown = all(unicodedata.category(letter)[0] != "C" for letter in told) and not _INVISIBLE.search(told)
        if told.isascii() or not shown or _spell_label(unicodedata.normalize("NFKC", told.lower())) != label:
            raise UnicodeError("another spelling of some other label")
    elif not label.isascii():
        label = "xn--" + label.encode("punycode").decode("ascii")
    if len(label) > 63:
        raise UnicodeError("too long")
    return label


def _spell_phone(text: str) -> str:
    digits = re.sub(r"[\s.\-/\u2010-\u2015]", "", text)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if not digits.startswith("+39"):  # Italy: (0) is dialled from abroad as well
        digits = digits.replace("(0)", "")
    digits = _TRUNK_0.sub(r"\1", re.sub(r"[()]", "", digits))
    if _PHONE.fullmatch(digits):
        return digits
    raise CookiegateError(
        "this is no address: write an e-mail address, or a phone number with its country's code, as +358 40 1234567"
    )


def hash_address(index_key: bytes, address: str) -> bytes:
    """32 bytes that stand for a normalised address. Without the key nobody can try addresses against them."""
    return hmac.digest(index_key, _CONTEXT + address.encode(), "sha256")


def fits(channel: str, address: str) -> bool:
    """Whether a normalised address can be reached by this channel."""
    return ("@" in address) == (channel == "email")
