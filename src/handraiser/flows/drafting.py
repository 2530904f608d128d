"""Who writes at an agreement? What somebody writes is kept as they write, and never written over by another.

Each page on which somebody writes has a draft of its own. Who goes on with one of their own takes it over,
unless another page of theirs has written at it since; who begins with somebody else's has one that comes
after it. Who writes is told what else has been written at the same since they opened the page, and sees what.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Draft, Proposal, User

__all__ = ["Kept", "Sheet", "discard_draft", "drafts_of", "keep_draft", "spend_draft"]


class Sheet(NamedTuple):
    """A page on which somebody writes.

    token   that it was given
    after   the number of the draft that was there when it was opened, if one was
    opened  when, in microseconds since 1970
    """

    token: str
    after: int | None
    opened: int


class Kept(NamedTuple):
    """A draft as it is kept now; `others` are those at which was written since it was begun, elsewhere."""

    draft: Draft
    others: list[Draft]


def keep_draft(name: str, text: str, sheet: Sheet, *, by: str, now: int) -> Kept:
    """Return what somebody writes, as it is kept now, and what else is written at the same.

    Raises Mistakes where it is somebody else's page, or has become a proposal.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(by, where="by")
        draft = Draft.objects.filter(token=sheet.token).first()
        if draft is None:
            draft = _begun(name, sheet, user, now)
        elif draft.by_id != user.pk or draft.proposal_id is not None:
            says = "This page is another's, or what was written on it has been proposed."
            raise refused(FlowCode.HAS_ENDED, "token", says, "Open the page anew.")
        if draft.pk is None or draft.text != text:
            draft.text, draft.at = text, now
            draft.save()
        since = draft.begun_at
        return Kept(draft, [each for each in drafts_of(name) if each != draft and each.at > since])


def _begun(name: str, sheet: Sheet, user: User, now: int) -> Draft:
    """Return the draft of a page that has none: one's own, if it is as it was seen, else a new one."""
    seen = None if sheet.after is None else Draft.objects.filter(pk=sheet.after, name=name).first()
    if seen and seen.by_id == user.pk and seen.proposal_id is None and seen.at <= sheet.opened:
        seen.token = sheet.token
        seen.save(update_fields=["token"])
        return seen
    return Draft(token=sheet.token, name=name, by=user, begun_at=min(sheet.opened, now), after=seen)


def discard_draft(number: int, *, by: str) -> None:
    """Throw a draft of one's own away; of another's nothing happens."""
    with transaction.atomic():
        alone(GOVERNING)
        Draft.objects.filter(pk=number, by=user_named(by, where="by"), proposal=None).delete()


def drafts_of(name: str) -> list[Draft]:
    """Return the drafts of an agreement of which nothing has become yet, the latest first."""
    found = Draft.objects.filter(name=name, proposal=None).select_related("by")
    return list(found.order_by("-at", "-pk"))


def spend_draft(proposal: Proposal, token: str) -> None:
    """Write down that a draft became a proposal, within the caller's transaction."""
    Draft.objects.filter(token=token, by=proposal.by, proposal=None).update(proposal=proposal)
