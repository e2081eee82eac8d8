"""Signing in and out, and what everybody does with their own account."""

from __future__ import annotations

from cookiegate.register import (
    Session,
    begin_session,
    change_password,
    check_password,
    end_session,
    find_staff,
    find_step,
    is_name,
    make_secret,
    note_act,
    set_language,
    set_secret,
    sign_in,
    write_uri,
)

from .office import Answer, Ask, Office, Refused, go
from .texts import LANGUAGES


def show_login(ask: Ask) -> Answer:
    return ask.render("login.html", "login.title", next=find_next(ask.form.get("next") or ask.query.get("next", "")))


def log_in(ask: Ask) -> Session:
    """The new session of whoever gave name, password and code. Raises Refused."""
    name = ask.form.get("name", "").strip().lower()[:64]
    if wait := ask.office.delays.begin(name, ask.network, ask.now):
        raise Refused(ask.words("login.wait", seconds=int(wait) + 1), 429, int(wait) + 1)
    url, code = ask.office.store_url, ask.form.get("code", "")[:16]
    session = sign_in(url, name, ask.form.get("password", ""), code, ask.now)
    if session is None:
        note_failure(ask.office, name)
        raise Refused(ask.words("login.wrong"), 403)  # alike, whichever of them was wrong
    ask.office.delays.succeed(name, ask.network)
    if ask.session:
        close(ask.office, ask.session)
    return session


def note_failure(office: Office, name: str) -> None:
    """Put it on the ledger; the name only where an account has it, since people type passwords into that field."""
    now, known = office.clock(), False
    if times := office.failures.count(now):
        if is_name(name):
            with office.reading() as store:
                known = bool(store.query("staff_named", who=name))
        note_act(office.store_url, "staff login failed", now, times=times, **({"staff": name} if known else {}))


def log_out(ask: Ask) -> Answer:
    assert ask.session is not None
    close(ask.office, ask.session)
    return go("/login")


def close(office: Office, session: Session) -> None:
    office.desks.clear(session.token)
    end_session(office.store_url, session.token)


def show_account(ask: Ask) -> Answer:
    account, secret = ask.account, ask.desk.secret
    if not secret:
        secret = ask.desk.secret = make_secret()
    uri = write_uri(secret, account.name, ask.office.policy.site.name)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return ask.render(
        "account.html", "account.title", account=account, secret=grouped, uri=uri, languages=LANGUAGES,
        needs_codes=ask.office.needs_codes(account),
    )  # fmt: skip


def set_password(ask: Ask) -> Session:
    """Their own password; all sessions end, and the answer is a new one."""
    _require_password(ask)
    if ask.form.get("new") != ask.form.get("again"):
        raise Refused(ask.words("account.not_the_same"))
    with ask.acting():
        change_password(ask.office.store_url, ask.account, ask.form.get("new", ""), ask.now)
    return renew(ask)


def set_codes(ask: Ask) -> Session:
    """One-time codes by the secret that was shown, once a code shows that the app has it; again a new session.

    Where there are codes already, one of them is asked for: the password alone does not take the second factor away.
    """
    _require_password(ask, with_code=True)
    secret = ask.desk.secret
    step = find_step(secret, ask.form.get("code", ""), ask.now) if secret else None
    if step is None:
        raise Refused(ask.words("account.wrong_code"))
    with ask.acting():
        set_secret(ask.office.store_url, ask.account, secret, step, ask.now)
    return renew(ask)


def choose_language(ask: Ask) -> Answer:
    with ask.acting():
        set_language(ask.office.store_url, ask.account, ask.form.get("language", ""), ask.now)
    return go("/account")


def renew(ask: Ask) -> Session:
    """A new session in place of those that ended with what they could do."""
    assert ask.session is not None
    ask.office.desks.clear(ask.session.token)
    with ask.office.reading() as store:
        account = find_staff(store, ask.account.name)
    session = begin_session(ask.office.store_url, account, ask.now)
    if session is None:
        raise Refused(ask.words("login.wrong"), 403)
    return session


def find_next(place: str) -> str:
    """Where to go on after signing in: a page of the dashboard."""
    local = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isascii() and place.isprintable()
    return place if local and len(place) < 500 and "\\" not in place else "/"


def _require_password(ask: Ask, *, with_code: bool = False) -> None:
    """Who sits down at somebody else's open session does not take their account. Raises CookiegateError; counted as
    signing in is."""
    account = ask.account
    if wait := ask.office.delays.begin(account.name, ask.network, ask.now):
        raise Refused(ask.words("login.wait", seconds=int(wait) + 1), 429, int(wait) + 1)
    if not check_password(ask.form.get("password", ""), account.password):
        raise Refused(ask.words("account.wrong_password"))
    if (
        with_code
        and account.secret
        and not find_step(account.secret, ask.form.get("old_code", ""), ask.now, account.step)
    ):
        raise Refused(ask.words("account.wrong_old_code"))
    ask.office.delays.succeed(account.name, ask.network)
