"""Who writes at an agreement? What somebody writes is kept as they write, and never written over by another.

Each page on which somebody writes has a draft of its own. Who begins with somebody else's has one that comes
after it. Who writes is told who else has written at the same meanwhile, and sees what.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Draft, Proposal

__all__ = ["Kept", "discard_draft", "drafts_of", "keep_draft", "spend_draft"]


class Kept(NamedTuple):
    """A draft as it is kept now; `others` are those at which somebody else has written since it was begun."""

    draft: Draft
    others: list[Draft]


def keep_draft(name: str, text: str, *, token: str, after: int | None, by: str, now: int) -> Kept:
    """Return what somebody writes, as it is kept now, and who else has written at the same since.

    token  of the page on which they write
    after  the number of the draft that they began with, if it was one

    Raises Mistakes where it is somebody else's page, or has become a proposal.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(by, where="by")
        draft = Draft.objects.filter(token=token).first()
        if draft is None:
            seen = None if after is None else Draft.objects.filter(pk=after, name=name).first()
            draft = Draft.objects.create(
                token=token, name=name, text=text, by=user, begun_at=now, at=now, after=seen
            )
        elif draft.by_id != user.pk or draft.proposal_id is not None:
            says = "This page is another's, or what was written on it has been proposed."
            raise refused(FlowCode.HAS_ENDED, "token", says, "Open the page anew.")
        elif draft.text != text:
            draft.text, draft.at = text, now
            draft.save(update_fields=["text", "at"])
        return Kept(draft, [each for each in drafts_of(name) if each.by != user and each.at > draft.begun_at])


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
