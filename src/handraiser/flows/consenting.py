"""Somebody agrees to something, objects to it, or takes back what they said: how is that kept?"""

from __future__ import annotations

from django.db import transaction

from handraiser.flows.held import Giver
from handraiser.flows.profiling import settle
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.stewards import lead_meant, steward
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit, Consent

__all__ = ["note_consent"]

_LONGEST = 500  # letters of a source


def note_consent(
    lead: int, *, purpose: str, says: str, by: str, now: int, at: int | None = None, source: str = "",
    through: str = "",
) -> Consent:  # fmt: skip
    """Keep what a lead said of mail or of profiling: consent, objection, or withdrawn.

    An objection to profiling ends what is open in the same transaction, and has nothing begin until it is
    withdrawn. What was said already, in the same words, is no mistake, and nothing is written for it.

    at  when they said so, where that is not now. Raises Mistakes where it is still to come.
    """
    with transaction.atomic():
        alone(RESOLVING)
        user = steward(by)
        root = lead_meant(lead).root
        said_at = _said_at(at, now)
        words = source.replace("\x00", "").strip()[:_LONGEST]
        about, what = Consent.Purpose(purpose), Consent.Says(says)
        before = Consent.objects.filter(person__root=root, purpose=about).order_by("at", "id").last()
        if before is not None and (before.says, before.source) == (what, words) and at in (None, before.at):
            return before
        made = Consent.objects.create(
            person_id=root, purpose=about, says=what, at=said_at, source=words, by=user.email, noted_at=now
        )
        Audit.objects.create(
            at=now, who=user.email, did=f"noted of {about.value}: {what.value}", subject=f"lead {root}",
            details={"consent": made.pk, "at": said_at} | ({"through": through} if through else {}),
        )  # fmt: skip
        if about is Consent.Purpose.PROFILING:
            settle(root, now=now, giver=Giver(user.email, user, through))
        return made


def _said_at(at: int | None, now: int) -> int:
    if at is not None and at > now:
        says = "Nobody has said anything yet at an instant that is still to come."
        raise refused(FlowCode.BAD_INSTANT, "--at", says, "Say when they said it.")
    return now if at is None else at
