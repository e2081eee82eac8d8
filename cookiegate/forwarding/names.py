"""What an event may be called and what it may say: what every target takes, checked where the event is made.

Limits and reserved names as Google documents them for web streams:
https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference and
https://support.google.com/analytics/answer/13316687 (names), /9267744 (lengths).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from unicodedata import normalize
from urllib.parse import unquote

Value = str | int | float | bool
Parameters = Mapping[str, object]

MOST_PARAMETERS = 20  # of 25: the others are ours
_MOST_ITEMS = 200
_MOST_OF_ITEM = 27
_LONGEST = 100  # characters of a value
# Bytes of all parameters of an event: with what we add, 25 events are what Google Analytics takes at once.
_LARGEST = 2500
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MAILBOX = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_RESERVED = frozenset(
    """ad_activeview ad_click ad_exposure ad_impression ad_query ad_reward adunit_exposure app_clear_data app_exception
    app_install app_remove app_store_refund app_store_subscription_cancel app_store_subscription_renew app_update
    app_upgrade click dynamic_link_app_open dynamic_link_app_update dynamic_link_first_open error file_download
    firebase_campaign first_open first_visit form_start form_submit in_app_purchase notification_dismiss
    notification_foreground notification_open notification_receive notification_send os_update page_view screen_view
    scroll session_start user_engagement video_progress video_start view_complete view_search_results""".split()
)
# Ours, or what would tell who somebody is.
_RESERVED_PARAMETERS = frozenset(
    """session_id session_number timestamp_micros event_id page_location page_referrer firebase_conversion cid uid sid
    user_id userid customer_id customerid client_id email phone""".split()
)
_RESERVED_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag")


def require_event(name: str, parameters: Parameters) -> dict[str, object]:
    """The parameters as they may be stored. Raises ValueError that says what is wrong with the name or with one."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:50]!r} is no name of an event: a letter, then up to 39 letters, digits and _")
    if name in _RESERVED or name.startswith(_RESERVED_PREFIXES):
        raise ValueError(f"{name!r} is a name that Google Analytics keeps for itself")
    if len(parameters) > MOST_PARAMETERS:
        raise ValueError(f"{name}: {len(parameters)} parameters, at most {MOST_PARAMETERS}")
    checked = {key: _require_parameter(name, key, value) for key, value in parameters.items()}
    if len(json.dumps(checked, ensure_ascii=False).encode()) > _LARGEST:
        raise ValueError(f"{name}: the parameters have more than {_LARGEST} bytes")
    return checked


def _require_parameter(event: str, key: str, value: object) -> object:
    if key == "items":
        return _require_items(event, value)
    if not _NAME.fullmatch(key):
        raise ValueError(f"{event}: {key!r} is no name of a parameter: a letter, then up to 39 letters, digits and _")
    _require_open(event, key)
    return _require_value(f"{event}: {key}", value)


def _require_open(where: str, key: str) -> None:
    if key.lower() in _RESERVED_PARAMETERS or key.startswith(_RESERVED_PREFIXES):
        raise ValueError(f"{where}: the parameter {key!r} is reserved, or names a person")


def _require_items(event: str, items: object) -> list[dict[str, Value]]:
    if not isinstance(items, Sequence) or isinstance(items, str | bytes) or len(items) > _MOST_ITEMS:
        raise ValueError(f"{event}: items is a list of at most {_MOST_ITEMS}")
    kept = []
    for item in items:
        if not isinstance(item, Mapping) or len(item) > _MOST_OF_ITEM:
            raise ValueError(f"{event}: each of items has at most {_MOST_OF_ITEM} named values")
        if wrong := [key for key in item if not isinstance(key, str) or not _NAME.fullmatch(key)]:
            raise ValueError(f"{event}: items: {wrong[0]!r} is no name")
        for key in item:
            _require_open(f"{event}: items", key)
        kept.append({key: _require_value(f"{event}: items: {key}", value) for key, value in item.items()})
    return kept


def _require_value(where: str, value: object) -> Value:
    if isinstance(value, bool | int):
        if abs(value) >= 1 << 53:
            raise ValueError(f"{where}: more than 2^53")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where}: {value} is no number")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{where}: {type(value).__name__} is neither text nor number")
    if len(value) > _LONGEST or not value.isprintable():
        raise ValueError(f"{where}: a text has at most {_LONGEST} characters, all of them printable")
    # written in percents, or with letters that look like others
    if _MAILBOX.search(normalize("NFKC", unquote(unquote(value)))):
        raise ValueError(f"{where}: an e-mail address must not be told to anybody")
    return value
