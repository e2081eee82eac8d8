"""What visitors may see and do about their own records, without an account: whoever holds the consent cookie has shown
that its records are theirs, and nothing more may be asked for (GDPR art. 11, 12(2), 12(6))."""

from __future__ import annotations

import asyncio

from starlette.responses import HTMLResponse, Response

from .forms import BadRequest
from .notices import Notices
from .policy import Policy
from .register import Register, list_recipients
from .reports import Dossier, read_dossier, write_receipt

ACTS = {"erase": "erased", "restrict": "restricted", "release": "released"}


class OwnRecords:
    """The receipt of a visitor with this consent id ("": none), and what they do with what it tells of."""

    def __init__(self, policy: Policy, register: Register, notices: Notices) -> None:
        self._register = register
        self._notices = notices
        self._services = {**{each.id: each for each in policy.known}, **policy.services}
        self._recipients = list_recipients(policy)

    async def show(self, consent_id: str, language: str, done: str = "") -> Response:
        """The page. Raises StoreError where the records cannot be read."""
        dossier = await self._read(consent_id)
        decisions = [
            {
                "time": entry.person["time"],
                "event": entry.event,
                "services": [self._services[id].name if id in self._services else id for id in said["services"]],
            }
            for entry in dossier.decisions
            if (said := entry.payload)
        ]
        restricted = any(entry.restricted for entry in dossier.entries)
        page = self._notices.receipt_page(language, consent_id, decisions, restricted=restricted, done=done)
        return HTMLResponse(page)

    async def download(self, consent_id: str) -> Response:
        """The receipt as a file, with what proves it. Raises StoreError where the records cannot be read."""
        dossier = await self._read(consent_id)
        if not dossier.decisions:
            raise BadRequest(404, "there are no records for this browser")
        text = await asyncio.to_thread(write_receipt, self._register.store_url, dossier)
        headers = {"content-disposition": 'attachment; filename="receipt.json"'}
        return Response(text, media_type="application/ld+json", headers=headers)

    async def act(self, consent_id: str, act: str) -> str:
        """Do what was asked for; which words say that it is done. Raises StoreError where it could not be done."""
        if act not in ACTS:
            raise BadRequest(400, f"act must be one of {', '.join(ACTS)}")
        if not consent_id:
            raise BadRequest(404, "there are no records for this browser")
        if act == "erase":
            await self._register.erase(consent_id, self._recipients)
        else:
            await self._register.restrict(consent_id, restricted=act == "restrict")
        return ACTS[act]

    async def _read(self, consent_id: str) -> Dossier:
        if not consent_id:
            return Dossier(())
        subject = self._register.find_subject(consent_id)
        return await asyncio.to_thread(read_dossier, self._register.store_url, subject, consent_id)
