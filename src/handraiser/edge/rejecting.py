"""`handraiser rejects`: what clients sent that is no message."""

from __future__ import annotations

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, to_second
from handraiser.edge.running import OUT, failing, now, say
from handraiser.errors import many

__all__ = ["rejects"]

_SHOWN = 20  # of each list; `export` writes all
_LETTERS = 60

rejects = typer.Typer(
    name="rejects",
    cls=Commands,
    no_args_is_help=True,
    help="What clients sent that is no message.",
)


@rejects.command(
    "list",
    cls=Command,
    help="Show why items were refused, how many, and the latest of them.",
    epilog="handraiser rejects list",
)
def list_rejects() -> None:
    with failing(), database(new=False, say=say):
        from django.db.models import Count, Max

        from handraiser.store.models import Reject

        waiting = Reject.objects.filter(replayed_at=None)
        reasons = list(
            waiting.values("reason").annotate(items=Count("id"), latest=Max("id")).order_by("-items")[:_SHOWN]
        )
        if not reasons:
            OUT.print("Nothing that was refused waits.", markup=False)
            return
        latest = Reject.objects.in_bulk([each["latest"] for each in reasons])
        rows = []
        for each in reasons:
            last = latest[each["latest"]]
            body = bytes(last.body).decode(errors="replace")
            shown = body if len(body) <= _LETTERS else f"{body[:_LETTERS]}…"
            rows.append((f"{each['items']:,}", to_second(last.received_at), each["reason"], shown))
        OUT.print(listed(("items", "latest", "reason", "it said"), rows), markup=False)
        OUT.print("`handraiser export` writes all of them.", markup=False)


@rejects.command(
    "replay",
    cls=Command,
    help="Read all again that was refused, and keep what is a message now.",
    epilog="handraiser rejects replay",
)
def replay_rejects() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.replaying import replay

        done = replay(now=now())
        kept, refused = many(done.kept, "item"), many(done.refused, "item")
        OUT.print(f"{kept} kept now, {refused} still refused.", markup=False)
