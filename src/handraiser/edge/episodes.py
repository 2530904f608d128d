"""`handraiser episode` and `handraiser outcome`: what sales says of leads, in a terminal."""

from __future__ import annotations

from typing import Any

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import FORMATS, one_of, to_second, write_json
from handraiser.edge.options import Format
from handraiser.edge.running import OUT, failing, now, say, whoever_asks
from handraiser.edge.selling_options import (
    AGREEMENT,
    AMOUNT,
    AT,
    BY,
    CLOSE,
    COMPETITOR,
    CURRENCY,
    KIND,
    LEAD,
    NOTE,
    NUMBER,
    OPEN,
    OPTIONAL_BY,
    OWNER,
    REASON,
    RULE,
    STAGE,
    STAGE_SAID,
    TO,
    WHY,
    WHY_LOST,
)
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import Stage

__all__ = ["episodes", "outcome"]

_MOST = 1_000
_BY = "--by sam@example.com"

episodes = typer.Typer(
    name="episode",
    cls=Commands,
    no_args_is_help=True,
    help="Show the leads of sales, and say what becomes of them.",
)


@episodes.command(
    "list",
    cls=Command,
    help="Show leads with sales, what is due first at the front; 1,000 at most.",
    epilog="handraiser episode list --open\nhandraiser episode list --owner sam@example.com --stage mql",
)
def list_episodes(
    owner: OWNER = None, stage: STAGE = None, open: OPEN = False, format: Format = "text"
) -> None:
    one_of("--format", format, FORMATS)
    if stage is not None:
        one_of("--stage", stage, tuple(Stage))
    with failing(), database(new=False, say=say):
        from handraiser.edge.episodes_told import episodes_told
        from handraiser.edge.web.api.handoffs import listed_told
        from handraiser.flows.users import owner_named
        from handraiser.store.handoffs import handoffs

        found = handoffs(
            owner=None if owner is None else owner_named(owner, where="--owner"),
            stage=stage,
            is_open=open or None,
            most=_MOST,
        )
        if format == "json":
            write_json(listed_told(found))
        else:
            OUT.print(episodes_told(found), markup=False)


@episodes.command(
    "show",
    cls=Command,
    help="Show a lead with sales: why, how far, whose, by when what, and how it came to that.",
    epilog="handraiser episode show 7\nhandraiser episode show 7 --format json",
)
def show(number: NUMBER, format: Format = "text") -> None:
    one_of("--format", format, FORMATS)
    with failing(), database(new=False, say=say):
        from handraiser.edge.episodes_told import episode_told
        from handraiser.edge.web.api.handoffs import handoff_told
        from handraiser.flows.held import look_at

        held = look_at(_number(number))
        if format == "json":
            write_json(handoff_told(held.handoff.pk))
        else:
            OUT.print(episode_told(held), markup=False)


@episodes.command("accept", cls=Command, help="Take a lead.", epilog=f"handraiser episode accept 7 {_BY}")
def accept(number: NUMBER, by: BY, note: NOTE = "") -> None:
    _say(Act.ACCEPT, number, by=by, note=note)


@episodes.command(
    "recycle",
    cls=Command,
    help="Send a lead back to marketing.",
    epilog=f"handraiser episode recycle 7 {_BY} --reason not_ready \\\n    --rule webinar",
)
def recycle(number: NUMBER, by: BY, reason: REASON = None, note: NOTE = "", rule: RULE = None) -> None:
    _say(Act.RECYCLE, number, by=by, reason=reason, note=note, rule=rule)


@episodes.command(
    "disqualify",
    cls=Command,
    help="Say that it is no lead at all.",
    epilog=f"handraiser episode disqualify 7 {_BY} --reason bad_data",
)
def disqualify(number: NUMBER, by: BY, reason: REASON = None, note: NOTE = "", rule: RULE = None) -> None:
    _say(Act.DISQUALIFY, number, by=by, reason=reason, note=note, rule=rule)


@episodes.command(
    "log",
    cls=Command,
    help="Write down what sales did.",
    epilog=f"handraiser episode log 7 call {_BY} --note 'left a message'",
)
def log(number: NUMBER, kind: KIND, by: BY, at: AT = None, note: NOTE = "") -> None:
    _say(Act.LOG, number, kind=kind, by=by, at=at, note=note)


@episodes.command(
    "sql",
    cls=Command,
    help="Say that sales finds a lead qualified.",
    epilog=f"handraiser episode sql 7 {_BY} --note 'has a budget'",
)
def sql(number: NUMBER, by: BY, note: NOTE = "") -> None:
    _say(Act.SQL, number, by=by, note=note)


@episodes.command(
    "opportunity",
    cls=Command,
    help="Say that there is a deal to win.",
    epilog=f"handraiser episode opportunity 7 {_BY} --amount 1200 \\\n    --close 2026-06-30",
)
def opportunity(
    number: NUMBER,
    by: BY,
    amount: AMOUNT = None,
    currency: CURRENCY = None,
    close: CLOSE = None,
    note: NOTE = "",
) -> None:
    _say(Act.OPPORTUNITY, number, by=by, amount=amount, currency=currency, expected_close=close, note=note)


@episodes.command(
    "won",
    cls=Command,
    help="Say that a lead bought: for what the opportunity was worth, unless said.",
    epilog=f"handraiser episode won 7 {_BY} --amount 1100",
)
def won(number: NUMBER, by: BY, amount: AMOUNT = None, currency: CURRENCY = None, note: NOTE = "") -> None:
    _say(Act.WON, number, by=by, amount=amount, currency=currency, note=note)


@episodes.command(
    "lost",
    cls=Command,
    help="Say that a lead did not buy.",
    epilog=f"handraiser episode lost 7 {_BY} --competitor 'Rival Ltd'",
)
def lost(
    number: NUMBER, by: BY, reason: WHY_LOST = None, competitor: COMPETITOR = None, note: NOTE = ""
) -> None:
    _say(Act.LOST, number, by=by, reason=reason, competitor=competitor, note=note)


@episodes.command(
    "reopen",
    cls=Command,
    help="Let a lead that is closed become an MQL again.",
    epilog=f"handraiser episode reopen 7 {_BY}",
)
def reopen(number: NUMBER, by: BY, note: NOTE = "") -> None:
    _say(Act.REOPEN, number, by=by, note=note)


@episodes.command(
    "pause",
    cls=Command,
    help="Have the clocks stand still, for a reason.",
    epilog=f"handraiser episode pause 7 {_BY} --why 'waits for the lead'",
)
def pause(number: NUMBER, by: BY, why: WHY) -> None:
    _say(Act.PAUSE, number, by=by, why=why)


@episodes.command(
    "resume", cls=Command, help="Have the clocks run again.", epilog=f"handraiser episode resume 7 {_BY}"
)
def resume(number: NUMBER, by: BY) -> None:
    _say(Act.RESUME, number, by=by)


@episodes.command(
    "assign",
    cls=Command,
    help="Give a lead to somebody.",
    epilog=f"handraiser episode assign 7 {_BY} --to tom@example.com",
)
def assign(number: NUMBER, by: BY, to: TO, why: WHY = "") -> None:
    _say(Act.ASSIGN, number, by=by, to=to, why=why)


@episodes.command(
    "undo",
    cls=Command,
    help="Take back what you said last, for ten minutes.",
    epilog=f"handraiser episode undo 7 {_BY}",
)
def undo(number: NUMBER, by: BY) -> None:
    _say(Act.UNDO, number, by=by)


def outcome(
    lead: LEAD,
    stage: STAGE_SAID,
    by: OPTIONAL_BY = None,
    at: AT = None,
    agreement: AGREEMENT = "",
    reason: REASON = None,
    amount: AMOUNT = None,
    currency: CURRENCY = None,
    competitor: COMPETITOR = None,
    note: NOTE = "",
) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.hearing import hear
        from handraiser.flows.moving import Verdict

        verdict = Verdict(Stage.LEAD, reason, note, None, amount, currency, None, competitor, _instant(at))
        heard = hear(
            _number(lead, "LEAD", "the id of a lead"),
            stage,
            verdict,
            agreement=agreement,
            by=by or "",
            through=whoever_asks(),
            now=now(),
        )
        OUT.print(f"Lead {heard.lead}: {stage} is kept.", markup=False)


def _say(act: Act, number: str, **said: Any) -> None:
    """Do what a command says with an episode, and print how it is then."""
    with failing(), database(new=False, say=say):
        from handraiser.flows.undoing import taken_back_at
        from handraiser.flows.verbs import VERBS

        if "at" in said:
            said["at"] = _instant(said["at"])
        episode = _number(number)
        back = taken_back_at(episode) if act is Act.UNDO else None
        found = VERBS[act](episode, now=now(), through=whoever_asks(), **said)
        if back is not None:
            OUT.print(
                f"There is nothing more to take back: that was done at {to_second(back)}.", markup=False
            )
        whose = "nobody's" if found.owner is None else f"{found.owner.email}'s"
        OUT.print(f"Episode {found.pk} is {found.stage}, and {whose}.", markup=False)


def _instant(at: str | None) -> int | None:
    from handraiser.facts.instants import microseconds_of

    return None if at is None else microseconds_of(at, option="--at")


def _number(text: str, where: str = "ID", what: str = "the number of an episode") -> int:
    """Return a number as it was typed. Raises Mistakes where it can be none."""
    from handraiser.flows.refusals import FlowCode, refused
    from handraiser.store.history import lead_number

    found = lead_number(text)
    if found is None:
        fix = "`handraiser episode list` shows episodes by their ID, and their leads."
        raise refused(FlowCode.NO_SUCH_EPISODE, where, f"`{text[:80]}` is not {what}.", fix)
    return found
