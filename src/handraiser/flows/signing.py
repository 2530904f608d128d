"""Do both sides sign what was proposed, each once and never one person for both?

With the second signature it is published, in the same transaction: there is no moment at which both have
signed and nothing comes of it.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.agreement import load
from handraiser.facts.instants import iso
from handraiser.flows.proposing import is_outdated, note, open_proposal, proposal_numbered
from handraiser.flows.publishing import Published, Signed, publish_signed
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.sides import SIDES, side_of
from handraiser.flows.users import user_named
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Proposal, Remark, User

__all__ = ["Said", "decline", "remark", "sign", "to_sign", "why_not_sign"]

_SPEAKING = frozenset({*SIDES, User.Role.ADMINISTRATOR})
Says = Remark.Says


class Said(NamedTuple):
    """A proposal after somebody has signed it; `published` is None while the other side has not."""

    proposal: Proposal
    published: Published | None


def sign(number: int, *, by: str, now: int) -> Said:
    """Return a proposal that is signed for one more side; by both, it is published.

    Raises Mistakes where they may not sign, where it has ended or been signed for their side, where something
    else has become live since, and where nobody can have read yet what it would have found.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user, proposal = user_named(by, where="by"), open_proposal(number)
        why_not = why_not_sign(proposal, user, now)
        if why_not is not None:
            raise refused(why_not.code, "by", why_not.says, why_not.fix)
        Remark.objects.create(proposal=proposal, user=user, at=now, says=Says.SIGN, side=side_of(user))
        note(proposal, "signed a proposal", user, now)
        signed = {
            each.side: each.user for each in proposal.remarks.filter(says=Says.SIGN).select_related("user")
        }
        if len(signed) < len(set(SIDES.values())):
            return Said(proposal, None)
        published = publish_signed(
            load(proposal.text, file=f"proposal {number}"),
            Signed(signed["marketing"], signed["sales"]),
            live_from=_begins(proposal, now),
            shadow=False,
            who=user.email,
            now=now,
            hand_off=proposal.hand_off,
            ends=proposal.ends,
        )
        proposal.state, proposal.ended_at = Proposal.State.SIGNED, now
        proposal.publication = published.publication
        proposal.save(update_fields=["state", "ended_at", "publication"])
    return Said(proposal, published)


def decline(number: int, *, why: str, by: str, now: int) -> Proposal:
    """Return a proposal that one of those who could sign it has declined, which ends it. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        user, proposal = user_named(by, where="by"), open_proposal(number)
        if not user.signs or side_of(user) == "":
            raise refused(FlowCode.MAY_NOT_SIGN, "by", *_may_not(user))
        if not why.strip():
            fix = "Say in a sentence what would have to be otherwise."
            raise refused(FlowCode.NOTHING_SAID, "why", "Who declines says why.", fix)
        Remark.objects.create(
            proposal=proposal, user=user, at=now, says=Says.DECLINE, side=side_of(user), text=why.strip()
        )
        proposal.state, proposal.ended_at = Proposal.State.DECLINED, now
        proposal.save(update_fields=["state", "ended_at"])
        note(proposal, "declined a proposal", user, now)
    return proposal


def remark(number: int, text: str, *, by: str, now: int) -> Remark:
    """Return what somebody has said of a proposal now, also of one that has ended. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        user, proposal = user_named(by, where="by"), proposal_numbered(number)
        if user.role not in _SPEAKING:
            says = f"{user.email} has the role {user.role}, and only looks on."
            raise refused(FlowCode.MAY_NOT_SIGN, "by", says, "Ask somebody of marketing or sales to say it.")
        if not text.strip():
            raise refused(
                FlowCode.NOTHING_SAID, "text", "There is nothing to be said.", "Write what you think."
            )
        return Remark.objects.create(
            proposal=proposal, user=user, at=now, says=Says.COMMENT, text=text.strip()
        )


def to_sign(user: User, now: int) -> list[Proposal]:
    """Return which open proposals wait for somebody's signature, the oldest first."""
    if not user.signs:
        return []
    waits = Proposal.objects.filter(state=Proposal.State.OPEN).order_by("pk")
    return [each for each in waits if why_not_sign(each, user, now) is None]


class WhyNot(NamedTuple):
    """Why somebody cannot sign, and what can be done about it."""

    code: FlowCode
    says: str
    fix: str


def why_not_sign(proposal: Proposal, user: User, now: int) -> WhyNot | None:
    """Return why somebody cannot sign an open proposal, None where they can."""
    side = side_of(user)
    if not user.signs or side == "":
        return WhyNot(FlowCode.MAY_NOT_SIGN, *_may_not(user))
    if is_outdated(proposal, now):
        says = f"Something else of the name {proposal.name} has become live since this was proposed."
        return WhyNot(FlowCode.OUTDATED, says, "Propose it anew: it is compared with what is live then.")
    if proposal.backtest is None and not proposal.ends:
        says = "What it would have found in the past is not reckoned yet."
        fix = f"A worker reckons it within a minute; `handraiser proposal test {proposal.pk}` does so now."
        return WhyNot(FlowCode.NOT_TESTED, says, fix)
    for each in proposal.remarks.filter(says=Says.SIGN).select_related("user"):
        if each.user_id == user.pk:
            says = f"{user.email} has signed it already, for {each.side}."
            return WhyNot(FlowCode.ONE_FOR_BOTH, says, "Two people sign: one of marketing, one of sales.")
        if each.side == side:
            says = f"{each.user.email} has signed it already for {side}, at {iso(each.at)}."
            return WhyNot(FlowCode.SIGNED_ALREADY, says, "The other side is to sign now.")
    return None


def _may_not(user: User) -> tuple[str, str]:
    if side_of(user) == "":
        fix = "Marketing signs for marketing, sales and managers for sales: ask one of them."
        return f"{user.email} has the role {user.role}, and signs for neither side.", fix
    fix = "An administrator says who signs: under People, or `handraiser user set EMAIL --signs`."
    return f"{user.email} does not sign for {side_of(user)}.", fix


def _begins(proposal: Proposal, now: int) -> int | None:
    """Return from when on it is live: as was proposed, or now, where that is past by now."""
    return proposal.live_from if proposal.live_from is not None and proposal.live_from > now else None
