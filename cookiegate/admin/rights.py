"""Who of the staff may do what: one table, by what a browser asks for. What stands here for nobody, nobody may.

`docs/staff.md` shows it; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping

from cookiegate.register import ROLES

_ALL = frozenset(ROLES)
_FIGURES = _ALL - {"officer"}
_KEEPING = _ALL - {"statistics"}  # how the register is kept
_RIGHTS = frozenset(("officer", "auditor"))
_OFFICER = frozenset(("officer",))
_ADMIN = frozenset(("admin",))

ANYBODY = frozenset(("GET /login", "POST /login", "GET /assets/{name}"))  # without signing in
OWN = frozenset(
    ("GET /account", "POST /account/password", "POST /account/codes", "POST /account/language", "POST /logout")
)  # open to those, too, who have to change their password or set up their codes
RIGHTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(OWN, _ALL),
    "GET /": _ALL,
    "GET /pages": _FIGURES,
    "GET /sources": _FIGURES,
    "GET /devices": _FIGURES,
    "GET /consent": _ALL,
    "GET /undeclared": frozenset(("developer", "officer", "admin", "auditor")),
    "GET /requests": _RIGHTS,
    "POST /requests": _OFFICER,
    "GET /requests/{id}": _RIGHTS,
    "POST /requests/{id}/extend": _OFFICER,
    "POST /requests/{id}/close": _OFFICER,
    "POST /requests/{id}/task": _OFFICER,
    "GET /subject": _RIGHTS,
    "POST /subject": _RIGHTS,
    "GET /subject/{case}": _RIGHTS,
    "POST /subject/{case}/export": _OFFICER,
    "POST /subject/{case}/restrict": _OFFICER,
    "POST /subject/{case}/release": _OFFICER,
    "POST /subject/{case}/rectify": _OFFICER,
    "POST /subject/{case}/erase": _OFFICER,
    "GET /ledger": _KEEPING,
    "POST /ledger/verify": _KEEPING,
    "GET /retention": _KEEPING,
    "GET /settings": _KEEPING,
    "GET /staff": frozenset(("admin", "auditor")),
    "POST /staff": _ADMIN,
    "POST /staff/{name}/disable": _ADMIN,
    "POST /staff/{name}/reset": _ADMIN,
    "POST /staff/{name}/role": _ADMIN,
}  # fmt: skip


def may(role: str, way: str) -> bool:
    """Whether this role may ask for it: "GET /requests/{id}"."""
    return role in RIGHTS.get(way, ())
