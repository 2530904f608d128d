"""`handraiser proposal`: what marketing proposes, and both sides sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, to_second
from handraiser.edge.options import AgreementFile, HandOff, LiveFrom
from handraiser.edge.proposal_options import BY, COMMENT, NAME, NUMBER, OPEN, TEXT, WHY, WHY_NOT
from handraiser.edge.running import OUT, at_work, failing, now, say

if TYPE_CHECKING:
    pass

__all__ = ["proposals"]

_NEW = """handraiser proposal new next.yaml --by mara@example.com \\
    --comment "Pricing alone is no reason to call."
handraiser proposal new next.yaml --by mara@example.com \\
    --comment "From July." --at 2026-07-01T00:00:00Z"""
_END = """handraiser proposal end webinars --by mara@example.com \\
    --comment "There are none any more.\""""

proposals = typer.Typer(
    name="proposal",
    cls=Commands,
    no_args_is_help=True,
    help="Propose an agreement, show what is proposed, say something of it, sign it.",
)


@proposals.command(
    "new", cls=Command, help="Propose an agreement: it is live once both sides have signed.", epilog=_NEW
)
def new(
    agreement: AgreementFile, by: BY, comment: COMMENT, at: LiveFrom = None, hand_off: HandOff = False
) -> None:
    with failing(agreement):
        from handraiser.agreement import load

        loaded = load(agreement)
        with database(new=False, say=say):
            from handraiser.flows.proposing import propose

            made = propose(
                loaded.source, comment=comment, by=by, now=now(), live_from=_instant(at), hand_off=hand_off
            )
            OUT.print(f"Proposal {made.pk}: {made.name}, fingerprint {made.fingerprint[:12]}.", markup=False)
            OUT.print(f"`handraiser proposal test {made.pk}` tells what it would have found.", markup=False)


@proposals.command(
    "end",
    cls=Command,
    help="Propose that an agreement that is live ends, and none takes its place.",
    epilog=_END,
)
def end(name: NAME, by: BY, comment: COMMENT, at: LiveFrom = None) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.proposing import propose_end

        made = propose_end(name, comment=comment, by=by, now=now(), live_from=_instant(at))
        OUT.print(f"Proposal {made.pk}: {made.name} ends.", markup=False)


@proposals.command(
    "list",
    cls=Command,
    help="Show what has been proposed, the latest first; `outdated` waits for nobody any more.",
    epilog="handraiser proposal list\nhandraiser proposal list --open",
)
def list_proposals(only_open: OPEN = False) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.proposals_told import state_of
        from handraiser.store.models import Proposal

        at = now()
        found = Proposal.objects.order_by("-pk").select_related("by")
        if only_open:
            found = found.filter(state=Proposal.State.OPEN)
        rows = [
            (str(each.pk), each.name, "ends" if each.ends else each.fingerprint[:12], state_of(each, at),
             to_second(each.at), each.by.email, each.comment.splitlines()[0][:50])
            for each in found
        ]  # fmt: skip
        head = ("id", "agreement", "fingerprint", "state", "proposed", "by", "why")
        OUT.print(listed(head, rows) if rows else "Nothing is proposed.", markup=False)


@proposals.command(
    "show",
    cls=Command,
    help="Show a proposal: what it changes, what it would have found, what was said of it, who has signed.",
    epilog="handraiser proposal show 3",
)
def show(number: NUMBER) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.proposals_told import tell_proposal
        from handraiser.flows.proposing import proposal_numbered

        OUT.print(tell_proposal(proposal_numbered(number), now()), markup=False)


@proposals.command(
    "test",
    cls=Command,
    help="Tell what a proposal would have found in the past. It is kept with it, for both sides to read.",
    epilog="handraiser proposal test 3",
)
def test(number: NUMBER) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.proposal_tests import reckon_backtest
        from handraiser.edge.proposals_told import tell_proposal
        from handraiser.edge.settings import FOLDER
        from handraiser.flows.proposing import proposal_numbered

        proposal = proposal_numbered(number)
        if proposal.backtest is None and not proposal.ends:
            with at_work("Reading events"):
                reckon_backtest(number, FOLDER, now=now())
        OUT.print(tell_proposal(proposal_numbered(number), now()), markup=False)


@proposals.command(
    "comment",
    cls=Command,
    help="Say something of a proposal.",
    epilog='handraiser proposal comment 3 "Why 20 and not 15?" --by sam@example.com',
)
def comment(number: NUMBER, text: TEXT, by: BY) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.signing import remark

        said = remark(number, text, by=by, now=now())
        OUT.print(f"{said.user.email} has said so of proposal {number}.", markup=False)


@proposals.command(
    "sign",
    cls=Command,
    help="Sign a proposal for one's side: with the second signature it is published.",
    epilog="handraiser proposal sign 3 --by sam@example.com",
)
def sign(number: NUMBER, by: BY) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.facts.instants import iso
        from handraiser.flows.signing import sign as sign_it

        said = sign_it(number, by=by, now=now())
        if said.published is None:
            OUT.print(f"Proposal {number} is signed. The other side is to sign too.", markup=False)
            return
        made = said.published.publication
        told = "is live no more" if made.ends else "is live"
        OUT.print(f"Proposal {number} is signed by both: {made.name} {told} from {iso(made.live_from)}.")


@proposals.command(
    "decline",
    cls=Command,
    help="Decline a proposal for one's side, and say why: that ends it.",
    epilog='handraiser proposal decline 3 --by sam@example.com \\\n    --why "We cannot call 60 a week."',
)
def decline(number: NUMBER, by: BY, why: WHY) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.signing import decline as decline_it

        decline_it(number, why=why, by=by, now=now())
        OUT.print(f"Proposal {number} is declined.", markup=False)


@proposals.command(
    "withdraw",
    cls=Command,
    help="Propose it no more.",
    epilog="handraiser proposal withdraw 3 --by mara@example.com",
)
def withdraw(number: NUMBER, by: BY, why: WHY_NOT = "") -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.proposing import withdraw as withdraw_it

        withdraw_it(number, by=by, now=now(), why=why)
        OUT.print(f"Proposal {number} is withdrawn.", markup=False)


def _instant(at: str | None) -> int | None:
    from handraiser.facts.instants import microseconds_of

    return None if at is None else microseconds_of(at, option="--at")
