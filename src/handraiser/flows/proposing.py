"""Would both sides have this agreement? Marketing proposes it, and what was proposed is never changed.

Kept beside it is what both sides are to read before they sign: how it differs from what is live, and what it
would have found in the past. Once something else is live that is no longer true, and it is proposed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction

from handraiser.agreement import load
from handraiser.agreement.diff import balance, diff
from handraiser.agreement.model import Agreement
from handraiser.facts.instants import iso
from handraiser.flows.drafting import spend_draft
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, Proposal, Publication, Remark, User

__all__ = [
    "freeze_backtest", "is_outdated", "note", "open_proposal", "proposal_numbered", "propose", "propose_end",
    "proposer", "withdraw",
]  # fmt: skip

State = Proposal.State


def propose(
    text: str,
    *,
    comment: str,
    by: str,
    now: int,
    live_from: int | None = None,
    hand_off: bool = False,
    draft: str = "",
) -> Proposal:
    """Return what is proposed now: an agreement that is to be live from an instant, else once it is signed.

    draft  the token of the draft that it was written as, which is none any more then

    Raises Mistakes with all that is wrong in the text, and where nothing would change, where it would begin
    in the past, where nothing is said of it, and where whoever proposes it is not of marketing.
    """
    agreement = load(text if "\n" in text else f"{text}\n", file="the agreement")
    with transaction.atomic():
        alone(GOVERNING)
        user = proposer(by)
        live = live_of(agreement.name, now)
        if live is not None and live.fingerprint == agreement.fingerprint and not hand_off:
            says = f"It means the same as what is live since {iso(live.live_from)}: nothing would change."
            fix = "Change what counts; titles, comments and the order of keys do not."
            raise refused(FlowCode.NOTHING_NEW, "text", says, fix)
        made = _kept(agreement, live, user, comment, now, live_from=live_from, hand_off=hand_off)
        spend_draft(made, draft)
    return made


def propose_end(name: str, *, comment: str, by: str, now: int, live_from: int | None = None) -> Proposal:
    """Return what is proposed now: that of a name nothing is live any more. Raises Mistakes, as `propose`."""
    with transaction.atomic():
        alone(GOVERNING)
        user = proposer(by)
        live = live_of(name, now)
        if live is None:
            fix = "`handraiser proposal list` shows what became of those that were signed."
            raise refused(FlowCode.NOT_LIVE, "name", f"No agreement {name} is live.", fix)
        other = Proposal.objects.filter(name=name, ends=True, state=Proposal.State.OPEN).first()
        if other is not None:
            says = f"That is proposed already: proposal {other.pk} waits to be signed."
            raise refused(FlowCode.NOTHING_NEW, "name", says, "Sign that one, or withdraw it first.")
        return _kept(agreement_of(live), live, user, comment, now, live_from=live_from, ends=True)


def withdraw(number: int, *, by: str, now: int, why: str = "") -> Proposal:
    """Return what is proposed no more. Raises Mistakes where it has ended, or they are not of marketing."""
    with transaction.atomic():
        alone(GOVERNING)
        user, proposal = proposer(by), open_proposal(number)
        Remark.objects.create(
            proposal=proposal, user=user, at=now, says=Remark.Says.WITHDRAW, text=why.strip()
        )
        proposal.state, proposal.ended_at = State.WITHDRAWN, now
        proposal.save(update_fields=["state", "ended_at"])
        note(proposal, "withdrew a proposal", user, now)
    return proposal


def freeze_backtest(number: int, found: Mapping[str, Any], *, now: int) -> Proposal:
    """Return a proposal with what it would have found in the past: the first that is given stays.

    found  of nobody by name: what is forgotten of people is never in it

    Raises Mistakes where there is no such proposal.
    """
    with transaction.atomic():
        alone(GOVERNING)
        proposal = proposal_numbered(number)
        if proposal.backtest is None and proposal.state == State.OPEN and not is_outdated(proposal, now):
            proposal.backtest = dict(found)
            proposal.save(update_fields=["backtest"])
    return proposal


def is_outdated(proposal: Proposal, now: int) -> bool:
    """Return whether something else is live than what it was compared with."""
    live = live_of(proposal.name, now)
    return (None if live is None else live.pk) != proposal.against_id


def proposal_numbered(number: int) -> Proposal:
    """Return a proposal by its number. Raises Mistakes where there is none."""
    found: Proposal | None = Proposal.objects.filter(pk=number).select_related("by", "against").first()
    if found is None:
        fix = "`handraiser proposal list` shows which there are."
        raise refused(FlowCode.NO_SUCH_PROPOSAL, "NUMBER", f"There is no proposal {number}.", fix)
    return found


def open_proposal(number: int) -> Proposal:
    """Return a proposal that waits for signatures. Raises Mistakes where it does not any more."""
    found = proposal_numbered(number)
    if found.state == State.OPEN:
        return found
    says = f"Proposal {number} was {found.state} at {iso(found.ended_at or found.at)}."
    raise refused(FlowCode.HAS_ENDED, "NUMBER", says, "Propose it anew, if it is still wanted.")


def _kept(
    agreement: Agreement,
    live: Publication | None,
    user: User,
    comment: str,
    now: int,
    *,
    live_from: int | None,
    hand_off: bool = False,
    ends: bool = False,
) -> Proposal:
    if not comment.strip():
        fix = "Say in a sentence why: the other side reads it first."
        raise refused(FlowCode.NOTHING_SAID, "comment", "A proposal says what it is for.", fix)
    if live_from is not None and live_from <= now:
        fix = "Give an instant to come, or none: then it is live once both sides have signed."
        raise refused(FlowCode.BAD_START, "live_from", f"{iso(live_from)} is past.", fix)
    changes = [] if live is None or ends else diff(agreement_of(live), agreement)
    told = {"effect": balance(changes), "changes": msgspec.to_builtins(changes)}
    proposal = Proposal.objects.create(
        name=agreement.name, text=agreement.source, fingerprint=agreement.fingerprint, ends=ends,
        against=live, live_from=live_from, hand_off=hand_off, comment=comment.strip(), by=user, at=now,
        changes=told,
    )  # fmt: skip
    note(proposal, "proposed the end of an agreement" if ends else "proposed an agreement", user, now)
    return proposal


def proposer(by: str) -> User:
    """Return who proposes, by the address. Raises Mistakes where they are not of marketing."""
    user = user_named(by, where="by")
    if user.role == User.Role.MARKETING:
        return user
    says = f"{user.email} has the role {user.role}, and only marketing proposes agreements."
    raise refused(FlowCode.MAY_NOT_PROPOSE, "by", says, "Ask somebody of marketing.")


def note(proposal: Proposal, did: str, user: User, now: int) -> None:
    """Write down who did what with a proposal, within the caller's transaction."""
    details = {"proposal": proposal.pk, "fingerprint": proposal.fingerprint}
    subject = f"agreement {proposal.name}"
    Audit.objects.create(at=now, who=user.email, did=did, subject=subject, details=details)
