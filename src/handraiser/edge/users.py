"""`handraiser user`: who signs, sells or looks."""

from __future__ import annotations

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, one_of, to_second
from handraiser.edge.options import AddedEmail, Role, UserEmail, UserName
from handraiser.edge.running import OUT, failing, now, say, whoever_asks

__all__ = ["users"]

ROLES = ("marketing", "sales", "manager", "administrator", "viewer")
_ADD = """handraiser user add mara@example.com --role marketing
handraiser user add sam@example.com --role sales --name "Sam Field\""""

users = typer.Typer(
    name="user", cls=Commands, no_args_is_help=True, help="Add, show and remove the people who use it."
)


@users.command("add", cls=Command, help="Add a user, or take one back who had left.", epilog=_ADD)
def add(email: AddedEmail, role: Role, name: UserName = None) -> None:
    one_of("--role", role, ROLES)
    with failing(), database(new=True, say=say):
        from handraiser.flows.users import add_user

        user = add_user(email, role, name=name or "", who=whoever_asks(), now=now())
        OUT.print(f"{user.email} is a user, of the role {user.role}.", markup=False)


@users.command(
    "list", cls=Command, help="Show who there is, and who has left.", epilog="handraiser user list"
)
def list_users() -> None:
    with failing(), database(new=False, say=say):
        from handraiser.store.models import User

        rows = [
            (
                user.email,
                user.role,
                user.name,
                to_second(user.created_at),
                to_second(user.left_at) if user.left_at else "",
            )
            for user in User.objects.order_by("email")
        ]
        head = ("email", "role", "name", "added", "left")
        OUT.print(listed(head, rows) if rows else "There are no users.", markup=False)


@users.command(
    "remove",
    cls=Command,
    help="Let a user leave. What they signed stays signed.",
    epilog="handraiser user remove sam@example.com",
)
def remove(email: UserEmail) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.users import remove_user

        OUT.print(f"{remove_user(email, who=whoever_asks(), now=now()).email} has left.", markup=False)
