"""`handraiser key`: what programs show to be let in."""

from __future__ import annotations

import sys

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, one_of, to_second
from handraiser.edge.options import KeyName, KeyNumber, Scope
from handraiser.edge.running import OUT, failing, now, say, whoever_asks

__all__ = ["keys"]

SCOPES = ("track", "read", "write")
_NEW = """handraiser key new --scope track --name website
handraiser key new --scope read --name notebook"""

keys = typer.Typer(
    name="key", cls=Commands, no_args_is_help=True, help="Make, show and revoke the keys of programs."
)


@keys.command(
    "new",
    cls=Command,
    help="Make a key and print it alone. It is shown this once: what is kept is its hash.",
    epilog=_NEW,
)
def new(scope: Scope, name: KeyName = None) -> None:
    one_of("--scope", scope, SCOPES)
    with failing(), database(new=True, say=say):
        from handraiser.flows.keys import make_key

        sys.stdout.write(make_key(scope, name=name or "", who=whoever_asks(), now=now()).text + "\n")


@keys.command("list", cls=Command, help="Show which keys there are.", epilog="handraiser key list")
def list_keys() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.store.models import Key

        rows = [
            (
                str(key.pk),
                key.scope,
                key.name,
                to_second(key.created_at),
                to_second(key.revoked_at) if key.revoked_at else "",
            )
            for key in Key.objects.order_by("pk")
        ]
        OUT.print(
            listed(("ID", "scope", "name", "made", "revoked"), rows) if rows else "There are no keys.",
            markup=False,
        )


@keys.command(
    "revoke", cls=Command, help="Let nobody in any more who shows a key.", epilog="handraiser key revoke 3"
)
def revoke(number: KeyNumber) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.keys import revoke_key

        key = revoke_key(number, who=whoever_asks(), now=now())
        named = f" ({key.name})" if key.name else ""
        OUT.print(f"Key {key.pk}{named} lets nobody in any more, from within a second on.", markup=False)
