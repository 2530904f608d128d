"""Somebody says that a person did something after all, or that a machine did.

The score follows at once, as of every instant. Episodes that have begun stay, and none begins in the past.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from handraiser.flows.dirty import forget, mark_dirty
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.store.judgements import judged
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Activity, Audit, Judgement, User
from handraiser.store.seeing import sees_lead

__all__ = ["DoneBy", "judge", "may_judge"]


class DoneBy(StrEnum):
    """Who may have done something."""

    HUMAN = "human"
    MACHINE = "machine"


def may_judge(user: User) -> bool:
    """Return whether a user may say who did something, of the leads that they may look at."""
    return user.role != User.Role.VIEWER


def judge(
    lead: int, *, verdict: DoneBy, by: str, now: int, activity: int | None = None, event_id: str = "",
    through: str = "",
) -> bool:  # fmt: skip
    """Have something that a lead did count as a person's, or as a machine's; return whether that is new.

    lead      who stands for it
    activity  what was done, by its number; else `event_id` says it

    Raises Mistakes where the lead did no such thing, and for whoever may not say so.
    """
    with transaction.atomic():
        alone(RESOLVING)  # who is one with the lead stays so meanwhile
        user = user_named(by, where="--by")
        if not may_judge(user) or not sees_lead(user, lead):
            says = f"{user.email}, of the role {user.role}, may not say who did what lead {lead} did."
            fix = "Who may: marketing, managers, administrators, and of sales those who may look at the lead."
            raise refused(FlowCode.NOT_THEIRS, "--by", says, fix)
        done = _done(lead, activity, event_id)
        said = judged([done.pk]).get(done.pk)
        was = said.verdict if said is not None else done.verdict
        if was == verdict:
            return False
        Judgement.objects.create(
            activity=done, person_id=done.person_id, verdict=verdict.value, was=was, by=user.email, at=now
        )
        forget([lead])
        mark_dirty({lead: now})
        details = {"event": done.event_id, "verdict": verdict.value, "was": was, "through": through}
        Audit.objects.create(
            at=now, who=user.email, did="judged an event", subject=f"lead {lead}", details=details
        )
        return True


def _done(lead: int, activity: int | None, event_id: str) -> Activity:
    meant = {"event_id": event_id} if activity is None else {"pk": activity}
    found = Activity.objects.filter(
        person__root=lead, person__root__lead_since__isnull=False, **meant
    ).first()
    if found is None:
        which = f"event {event_id!r}" if activity is None else f"event of the number {activity}"
        fix = f"GET /api/leads/{lead}/events shows what it did."
        raise refused(FlowCode.NO_SUCH_EVENT, "EVENT", f"Lead {lead} has no {which}.", fix)
    return found
