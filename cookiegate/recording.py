"""Which decisions count only once they are recorded, which at once, and how many from one network are recorded."""

from __future__ import annotations

from collections.abc import Collection

from .consent import Consent, ConsentRecord
from .forms import BadRequest
from .quota import Quota
from .register import Register

_DAY = 86_400.0  # seconds


class Recorder:
    """Puts decisions on the ledger."""

    def __init__(self, register: Register, forwarded: Collection[str] = ()) -> None:
        """`forwarded`: services that are told from here. Who takes consent to one back is answered once it is told
        nothing more."""
        self._register = register
        self._forwarded = frozenset(forwarded)
        self._decisions = Quota(20, "decisions a minute from one network")
        self._withdrawals = Quota(20, "withdrawals a day of one consent", period=_DAY)

    async def record(self, record: ConsentRecord, before: Consent, after: Consent, network: str) -> bool:
        """Returns once the decision may count: whether it is recorded. Raises StoreError, or BadRequest beyond the
        quota, where it may not.

        To take something back needs no record first (GDPR art. 7(3)), and holds beyond any quota; to give, or to
        renew what was given, does. A withdrawal is recorded whatever others in that network do: it names a consent
        that was recorded before, and that is withdrawn once.
        """
        if _gives(before, after):
            if not self._decisions.take(network):
                raise BadRequest(429, "too many decisions from this network")
            await self._register.record(record, known=bool(before.id))
        elif self._may_be_recorded(record.consent_id, network):
            if self._forwarded.isdisjoint(before.services - after.services):
                self._register.record_later(record)
            else:
                await self._register.withdraw(record)
        else:
            return False
        return True

    def _may_be_recorded(self, consent_id: str, network: str) -> bool:
        if consent_id and self._withdrawals.has_room(consent_id):
            return self._withdrawals.take(consent_id)
        return self._decisions.take(network)


def _gives(before: Consent, after: Consent) -> bool:
    """Whether anything is given that was not, or longer than it was."""
    if not after.services or after.services < before.services:
        return False
    return after.services != before.services or after.day != before.day
