"""How is a proposal told: what for, what it changes, what it would have found, who has said what?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handraiser.agreement.wording import number
from handraiser.edge.backtest_told import share
from handraiser.edge.listing import listed, to_second
from handraiser.edge.proposal_tests import Kept, kept_of
from handraiser.errors import many
from handraiser.flows.proposing import is_outdated
from handraiser.flows.sides import SIDES
from handraiser.learning.backtest import Backtest
from handraiser.store.models import Proposal, Remark

__all__ = ["changes_in", "figures", "state_of", "tell_proposal"]

_SAYS = {
    Remark.Says.COMMENT: "says", Remark.Says.SIGN: "signs for", Remark.Says.DECLINE: "declines for",
    Remark.Says.WITHDRAW: "withdraws it",
}  # fmt: skip
_MARKS = {"looser": "+", "stricter": "−", "depends": "?", "neutral": "="}


def tell_proposal(proposal: Proposal, now: int) -> str:
    """Return a proposal in lines for a terminal."""
    return "\n".join(_lines(proposal, now))


def changes_in(proposal: Proposal) -> list[dict[str, Any]]:
    """Return what a proposal changes, as it was told when it was made: `says`, `effect`, `why`, `about`."""
    return list(proposal.changes["changes"])


def state_of(proposal: Proposal, now: int) -> str:
    """Return how far a proposal is; `outdated` where it is open and cannot be signed any more."""
    if proposal.state == Proposal.State.OPEN and is_outdated(proposal, now):
        return "outdated"
    return str(proposal.state)


def figures(kept: Kept) -> list[tuple[str, ...]]:
    """Return what was found in the past, a row for each figure: its name, the proposed, what is live."""
    both = [kept.test, *([kept.against] if kept.against is not None else [])]
    return [
        ("MQLs", *(str(each.mqls) for each in both)),
        ("Customers reached", *(f"{each.customers_reached} of {each.customers}" for each in both)),
        ("Of the MQLs bought", *(_bought(each, share(each.precision_rate)) for each in both)),
        ("Of the customers were MQLs", *(_bought(each, share(each.recall_rate)) for each in both)),
        ("MQLs a week", *(_weekly(each) for each in both)),
    ]


def _bought(test: Backtest, says: str) -> str:
    """Return a share of customers, if there are any that count for this agreement."""
    return says if test.customers else "not known: nobody has bought under this name"


def _weekly(test: Backtest) -> str:
    load = test.per_week
    return "none" if load.median is None else f"{number(round(load.median, 1))}, {load.most} at most"


def _lines(proposal: Proposal, now: int) -> Iterator[str]:
    what = "is to end" if proposal.ends else f"fingerprint {proposal.fingerprint[:12]}"
    yield f"Proposal {proposal.pk}: {proposal.name}, {what}"
    yield f"by {proposal.by.email} at {to_second(proposal.at)}: {proposal.comment}"
    begins = "once both sides have signed" if proposal.live_from is None else to_second(proposal.live_from)
    yield f"{proposal.get_state_display()}. It is to begin {begins}."
    if state_of(proposal, now) == "outdated":
        yield "Something else has become live since: it has to be proposed anew."
    yield from _changes(proposal)
    yield from _found(proposal)
    yield from _said(proposal, now)


def _changes(proposal: Proposal) -> Iterator[str]:
    if proposal.against is None or proposal.ends:
        return
    yield ""
    yield f"What changes against what is live since {to_second(proposal.against.live_from)}:"
    for each in changes_in(proposal):
        yield f"  {_MARKS[each['effect']]} {each['says']}"


def _found(proposal: Proposal) -> Iterator[str]:
    if proposal.ends:
        return
    yield ""
    kept = kept_of(proposal)
    if kept is None:
        yield f"What it would have found is not reckoned yet: `handraiser proposal test {proposal.pk}`."
        return
    head = ("In the past", "proposed", *(["live"] if kept.against is not None else []))
    yield listed(head, figures(kept))
    if kept.against is not None:
        yield f"{kept.gained} gained, {kept.lost} lost, {kept.earlier} earlier, {kept.later} later."
    handed = "handed off too" if proposal.hand_off else "recorded, and not handed off"
    yield f"{many(kept.standing, 'lead')} above the line already: {handed}."
    for note in kept.lint:
        yield f"On these data: {note.says} {note.fix}"


def _said(proposal: Proposal, now: int) -> Iterator[str]:
    said = list(proposal.remarks.order_by("pk").select_related("user"))
    signed = {each.side for each in said if each.says == Remark.Says.SIGN}
    yield ""
    for each in said:
        text = f": {each.text}" if each.text else ""
        side = f" {each.side}" if each.side else ""
        yield f"{to_second(each.at)} {each.user.email} {_SAYS[Remark.Says(each.says)]}{side}{text}"
    if state_of(proposal, now) == Proposal.State.OPEN:
        missing = sorted(set(SIDES.values()) - signed)
        yield f"Waits for {' and '.join(missing)} to sign."
