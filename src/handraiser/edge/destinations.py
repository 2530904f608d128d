"""`handraiser destination` and `handraiser outbox`: who is told of what happens, and what was not taken."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, one_of, to_second
from handraiser.edge.options import (
    DestinationKind,
    DestinationName,
    DropWaiting,
    KeepOld,
    MessageNumber,
    MessageOf,
    MessageState,
    NewDestination,
    OfAgreement,
    ReplayedSince,
    TestedAt,
    ToldAt,
    ToldOf,
)
from handraiser.edge.running import ERR, OUT, failing, now, say, whoever_asks
from handraiser.errors import many

if TYPE_CHECKING:
    from handraiser.flows.destinations import Made
    from handraiser.store.models import Destination

__all__ = ["destinations", "outbox"]

_KINDS = ("webhook", "slack", "teams", "email")
_SHOWN = 20
_HOUR = 3_600
_ADD = """handraiser destination add crm --kind webhook --to https://crm.example/hook
handraiser destination add channel --kind slack \\
    --to https://hooks.slack.com/services/… --on lead.mql --on lead.due
handraiser destination add reps --kind email --to owner"""
_REPLAY = """handraiser outbox replay 1207
handraiser outbox replay --destination crm --since 2026-06-30"""

destinations = typer.Typer(
    name="destination", cls=Commands, no_args_is_help=True, help="Say who is told of what happens to leads."
)
outbox = typer.Typer(
    name="outbox", cls=Commands, no_args_is_help=True, help="Show what was told, and tell it again."
)


@destinations.command(
    "add",
    cls=Command,
    help="Tell a program, a channel or a mailbox from now on. Of a webhook the secret is printed alone.",
    epilog=_ADD,
)
def add(
    name: NewDestination,
    kind: DestinationKind,
    to: ToldAt,
    on: ToldOf = None,
    agreement: OfAgreement = None,
) -> None:
    one_of("--kind", kind, _KINDS)
    with failing(), database(new=True, say=say):
        from handraiser.edge.outside import allowed, outside
        from handraiser.flows.destinations import Wanted
        from handraiser.flows.destinations import add as add_it

        wanted = Wanted(name, kind, to, on or (), agreement or "")
        made = add_it(wanted, allowed=allowed(), who=whoever_asks(), now=now())
        _say_made(made)
        if kind == "email" and outside(now).post is None:
            say(["No mail server is known yet: HANDRAISER_MAIL_URL says which, for every process."])


@destinations.command(
    "list",
    cls=Command,
    help="Show who is told what, what waits for them, and what they never took.",
    epilog="handraiser destination list",
)
def list_destinations() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import shown_address
        from handraiser.store.outgoing import destinations as all_of_them

        rows = [
            (
                each.name,
                each.kind,
                shown_address(each),
                ", ".join(each.kinds) or "everything",
                each.agreement or "all",
                _state(each),
                f"{waiting:,}",
                f"{dead:,}",
            )
            for each, waiting, dead in all_of_them()
        ]
        head = ("name", "kind", "to", "told of", "agreement", "state", "waiting", "dead")
        OUT.print(listed(head, rows) if rows else "Nobody is told anything.", markup=False)


@destinations.command(
    "test",
    cls=Command,
    help="Send a test message now, and show what came back. What fails is exit code 3.",
    epilog="handraiser destination test crm",
)
def try_now(name: DestinationName, mailbox: TestedAt = None) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.outside import outside
        from handraiser.edge.trying import tried
        from handraiser.flows.destinations import destination_named

        there = destination_named(name)
        if there.address in ("owner", "manager") and not mailbox:
            raise typer.BadParameter(f"{name} is told as the {there.address} of a lead: give --mailbox, too.")
        came = tried(there, outside(now), mailbox=mailbox, now=now())
        if came.delivered:
            OUT.print(f"{name} has taken it: {came.says}.", markup=False)
            return
        ERR.print(f"{name} has not taken it: {came.says}.", markup=False)
        raise typer.Exit(3)


@destinations.command(
    "enable",
    cls=Command,
    help="Tell a destination again, first what has waited.",
    epilog="handraiser destination enable crm",
)
def enable(name: DestinationName) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import enable as enable_it

        enable_it(name, who=whoever_asks(), now=now())
        OUT.print(f"{name} is told what happens, and what has waited.", markup=False)


@destinations.command(
    "disable",
    cls=Command,
    help="Tell a destination nothing more. What waits for it waits; what happens meanwhile it never hears.",
    epilog="handraiser destination disable crm",
)
def disable(name: DestinationName) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import disable as disable_it

        who = whoever_asks()
        disable_it(name, why=f"by {who}", who=who, now=now())
        OUT.print(f"{name} is told nothing more.", markup=False)


@destinations.command(
    "secret",
    cls=Command,
    help="Make a new secret for a webhook and print it alone. The one before signs beside it for a while.",
    epilog="handraiser destination secret crm --keep-old 48",
)
def secret(name: DestinationName, keep_old: KeepOld = 24) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import renew_secret

        _say_made(renew_secret(name, keep=keep_old * _HOUR, who=whoever_asks(), now=now()))


@destinations.command(
    "move",
    cls=Command,
    help="Tell a destination at another address, under the same name and with the same secret.",
    epilog="handraiser destination move crm --to https://crm.example/new",
)
def move(name: DestinationName, to: ToldAt) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.outside import allowed
        from handraiser.flows.destinations import move as move_it
        from handraiser.flows.destinations import shown_address

        made = move_it(name, to, allowed=allowed(), who=whoever_asks(), now=now())
        say(made.doubts)
        OUT.print(f"{name} is told at {shown_address(made.destination)}.", markup=False)


@destinations.command(
    "remove",
    cls=Command,
    help="Take a destination away, with all that is kept of what it was told.",
    epilog="handraiser destination remove crm",
)
def remove(name: DestinationName, force: DropWaiting = False) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import remove as remove_it

        gone = remove_it(name, drop=force, who=whoever_asks(), now=now())
        dropped = f" Dropped: {many(gone.waiting, 'message')} that waited, {gone.dead:,} given up before."
        OUT.print(f"{name} is removed.{dropped if any(gone) else ''}", markup=False)


def _say_made(made: Made) -> None:
    say(made.doubts)
    if made.secret:
        sys.stdout.write(made.secret + "\n")
    else:
        OUT.print(f"{made.destination.name} is told from now on.", markup=False)


def _state(each: Destination) -> str:
    if each.disabled_at is not None:
        return f"off since {to_second(each.disabled_at)}: {each.disabled_why}"
    if each.failing_since is not None:
        return f"failing since {to_second(each.failing_since)}"
    return "on"


# ---- the outbox


@outbox.command(
    "list",
    cls=Command,
    help="Show messages that were given up, or wait, or were delivered; the latest first.",
    epilog="handraiser outbox list --state waiting --destination crm",
)
def list_messages(state: MessageState = "dead", destination: MessageOf = None) -> None:
    one_of("--state", state, ("waiting", "dead", "delivered"))
    with failing(), database(new=False, say=say):
        from handraiser.flows.destinations import destination_named
        from handraiser.store.outgoing import messages

        if destination is not None:
            destination_named(destination, where="--destination")
        found = messages(after=0, most=_SHOWN + 1, state=state, destination=destination, latest=True)
        rows = [
            (
                str(each.pk),
                each.destination.name,
                each.kind,
                str(each.lead),
                to_second(each.created_at),
                str(each.attempts),
                to_second(each.due_at) if state == "waiting" else to_second(each.done_at or 0),
                each.error,
            )
            for each in found[:_SHOWN]
        ]
        head = (
            "ID",
            "to",
            "kind",
            "lead",
            "written",
            "tried",
            "next" if state == "waiting" else "ended",
            "why",
        )
        OUT.print(listed(head, rows) if rows else _NOTHING[state], markup=False)
        if len(found) > _SHOWN:
            OUT.print("There are more; `/api/outgoing` has all of them.", markup=False)


_NOTHING = {
    "dead": "Nothing was given up.",
    "waiting": "Nothing waits.",
    "delivered": "Nothing was delivered yet.",
}


@outbox.command(
    "replay",
    cls=Command,
    help="Send a message again that was given up, or all of a destination's since an instant.",
    epilog=_REPLAY,
)
def replay(message: MessageNumber = None, destination: MessageOf = None, since: ReplayedSince = None) -> None:
    if (message is None) is (destination is None) or (destination is None) is not (since is None):
        raise typer.BadParameter("Give the ID of a message, or --destination and --since.")
    with failing(), database(new=False, say=say):
        from handraiser.facts.instants import microseconds_of
        from handraiser.flows.again import replay as replay_it
        from handraiser.flows.again import replay_all

        if message is not None:
            one = replay_it(message, who=whoever_asks(), now=now())
            OUT.print(f"Message {one.pk} is sent again to {one.destination.name}.", markup=False)
        elif destination is not None and since is not None:
            begin = microseconds_of(since, option="--since")
            count = replay_all(destination, since=begin, who=whoever_asks(), now=now())
            OUT.print(f"{many(count, 'message')} sent again to {destination}.", markup=False)
