"""`handraiser alarm`: what a person has to see to, in a terminal."""

from __future__ import annotations

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import FORMATS, one_of, write_json
from handraiser.edge.options import Format
from handraiser.edge.running import OUT, failing, say

__all__ = ["alarms"]

_MOST = 1_000

alarms = typer.Typer(
    name="alarm", cls=Commands, no_args_is_help=True, help="Show what somebody has to see to."
)


@alarms.command(
    "list",
    cls=Command,
    help="Show open alarms, the oldest first: of which lead, why, and since when; 1,000 at most.",
    epilog="handraiser alarm list\nhandraiser alarm list --format json",
)
def list_alarms(format: Format = "text") -> None:
    one_of("--format", format, FORMATS)
    with failing(), database(new=False, say=say):
        from handraiser.edge.episodes_told import alarms_told as told
        from handraiser.edge.web.api.handoffs import alarms_told
        from handraiser.store.handoffs import alarmed, alarms_by_age

        found = alarms_by_age(most=_MOST)
        if format == "json":
            write_json(alarms_told(found))
        else:
            OUT.print(told(alarmed(found)), markup=False)
