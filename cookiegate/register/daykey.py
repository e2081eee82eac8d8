"""The key of the day: with it the views of one visitor are joined for a day, without it never again.

It lies beside the database, not in it, so that a copy of the database does not hold it; keep `*.daykey` out of backups.
All processes share the file. Its bytes are overwritten in place, under a lock: a file put in its stead would leave
the old key on the disk. (What a copy-on-write file system or a flash disk keeps of it is beyond our reach.)
"""

from __future__ import annotations

import logging
import os
import secrets
from hashlib import blake2b
from pathlib import Path

from cookiegate.store import hold

from .visits import Visit, day_of

_log = logging.getLogger("cookiegate.register")

_KEY_BYTES = 32
_DAY_BYTES = 10
_SLOT = _DAY_BYTES + _KEY_BYTES
_SLOTS = 2  # today and, for a moment, yesterday
_DAY = 86_400
# A visit of yesterday may still wait to be written. With the writer's minute between two looks: at most 30 minutes.
_GRACE = 29 * 60


def visitor_id(key: bytes, site: str, visit: Visit) -> bytes:
    """Eight bytes that stand for truncated address and browser, on this site, as long as the key lives."""
    said = f"{site}\0{visit.address}\0{visit.agent}".encode("utf-8", "replace")
    return blake2b(said, key=key, digest_size=8).digest()


class DayKeys:
    """Today's key, and for half an hour yesterday's. Used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, bytes] = {}
        self._failed = False

    def key(self, day: str, now: float) -> bytes | None:
        """The key of a day, made when it is today's first use. None for a day whose key is gone.

        None, too, while the file cannot be used: visits are then counted without a visitor, and the log says so once.
        """
        if day not in self._keys and (day == day_of(now) or not self._keys):
            self._renew(now, make=day == day_of(now))
        return self._keys.get(day)

    def expire(self, now: float) -> None:
        """Destroy what has outlived its day."""
        if self._keys or self._path.exists():
            self._renew(now, make=False)

    def _renew(self, now: float, make: bool) -> None:
        today = day_of(now)
        alive = {today} if now % _DAY >= _GRACE else {today, day_of(now - _DAY)}
        try:
            with hold(self._path) as file:
                found = _read(file)
                kept = {day: key for day, key in found.items() if day in alive}
                if make:
                    kept.setdefault(today, secrets.token_bytes(_KEY_BYTES))
                if kept != found:
                    _overwrite(file, kept)
        except OSError as error:
            if not self._failed:
                _log.error("visits are counted without visitors: %s", error)
            self._keys, self._failed = {}, True
        else:
            self._keys, self._failed = kept, False


def _read(file: int) -> dict[str, bytes]:
    content = os.read(file, _SLOT * _SLOTS)
    slots = (content[start : start + _SLOT] for start in range(0, _SLOT * _SLOTS, _SLOT))
    return {
        slot[:_DAY_BYTES].decode("latin-1"): slot[_DAY_BYTES:] for slot in slots if len(slot) == _SLOT and any(slot)
    }


def _overwrite(file: int, keys: dict[str, bytes]) -> None:
    content = b"".join(day.encode() + key for day, key in sorted(keys.items(), reverse=True)).ljust(
        _SLOT * _SLOTS, b"\0"
    )
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, content)
    os.fsync(file)
