"""What answers each way of asking that the table of rights knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from . import consent, figures, keeping, requests, signin, staffroom, subjects
from .office import Answer, Ask

Make = Callable[[Ask], Answer]


class Way(NamedTuple):
    answer: Make
    again: Make | None = None  # the page with the form, which is shown again where the form was wrong
    hashing: bool = False  # a password is hashed, which takes much memory


_request, _case, _account, _staff = (
    requests.show_request, subjects.show_case, signin.show_account, staffroom.show_staff,
)  # fmt: skip

WAYS: Mapping[str, Way] = {
    "GET /login": Way(signin.show_login),
    "POST /login": Way(signin.log_in, signin.show_login, hashing=True),
    "POST /logout": Way(signin.log_out),
    "GET /account": Way(_account),
    "POST /account/password": Way(signin.set_password, _account, hashing=True),
    "POST /account/codes": Way(signin.set_codes, _account, hashing=True),
    "POST /account/language": Way(signin.choose_language, _account),
    "GET /": Way(figures.show_overview),
    "GET /pages": Way(figures.show_pages),
    "GET /sources": Way(figures.show_sources),
    "GET /devices": Way(figures.show_devices),
    "GET /consent": Way(consent.show_consent),
    "GET /undeclared": Way(keeping.show_undeclared),
    "GET /requests": Way(requests.show_requests),
    "POST /requests": Way(requests.add, requests.show_requests),
    "GET /requests/{id}": Way(_request),
    "POST /requests/{id}/extend": Way(requests.extend, _request),
    "POST /requests/{id}/close": Way(requests.close, _request),
    "POST /requests/{id}/task": Way(requests.finish, _request),
    "GET /subject": Way(subjects.ask_who),
    "POST /subject": Way(subjects.open_case, subjects.ask_who),
    "GET /subject/{case}": Way(_case),
    "POST /subject/{case}/export": Way(subjects.export, _case),
    "POST /subject/{case}/restrict": Way(subjects.restrict, _case),
    "POST /subject/{case}/release": Way(subjects.release, _case),
    "POST /subject/{case}/rectify": Way(subjects.rectify, _case),
    "POST /subject/{case}/erase": Way(subjects.erase, _case),
    "GET /ledger": Way(keeping.show_ledger),
    "POST /ledger/verify": Way(keeping.verify, keeping.show_ledger),
    "GET /retention": Way(keeping.show_retention),
    "GET /settings": Way(keeping.show_settings),
    "GET /staff": Way(_staff),
    "POST /staff": Way(staffroom.add, _staff, hashing=True),
    "POST /staff/{name}/disable": Way(staffroom.disable, _staff),
    "POST /staff/{name}/reset": Way(staffroom.reset, _staff, hashing=True),
    "POST /staff/{name}/role": Way(staffroom.change_role, _staff),
}
