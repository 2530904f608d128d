"""`handraiser erase`: a lead is forgotten, in tables and files, and what is counted stays."""

from __future__ import annotations

import typer

from handraiser.edge.database import database
from handraiser.edge.options import ErasedLead, Yes
from handraiser.edge.running import OUT, failing, now, say, whoever_asks

__all__ = ["erase"]


def erase(lead: ErasedLead, yes: Yes = False) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.settings import FOLDER
        from handraiser.errors import many
        from handraiser.flows.clearing import clear_away
        from handraiser.flows.erasing import erase as forget
        from handraiser.flows.history import forget_in_history
        from handraiser.flows.stewards import lead_called
        from handraiser.handoff.about import called
        from handraiser.store.known_as import leads_told

        found = lead_called(lead, where="LEAD")
        who = called(leads_told([found.root])[found.root])
        if not yes and not typer.confirm(
            f"Forget {who}, lead {found.root}? This cannot be undone.", err=True
        ):
            OUT.print("Nothing was done.", markup=False)
            raise typer.Exit(1)
        done = forget(found.root, who=whoever_asks(), now=now())
        told = f"Lead {done.lead} is forgotten: {many(done.people, 'person', 'people')} who were one, "
        OUT.print(f"{told}{many(done.messages, 'message')}.", markup=False)
        if not (clear_away(now()) and forget_in_history(FOLDER)):
            says = "Somebody uses the files just now: the worker clears them away within a minute."
            OUT.print(says, markup=False)
