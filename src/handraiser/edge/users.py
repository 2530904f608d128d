"""`handraiser user`: who signs, sells or looks, and when and where they work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.helping import Command, Commands
from handraiser.edge.listing import listed, one_of, to_second
from handraiser.edge.options import (
    AddedEmail,
    NewRole,
    Role,
    UserEmail,
    UserHolidays,
    UserHours,
    UserManager,
    UserName,
    UserSigns,
    UserZone,
    WebUrl,
)
from handraiser.edge.running import OUT, failing, now, say, whoever_asks
from handraiser.errors import many

if TYPE_CHECKING:
    from handraiser.store.models import Member, User

__all__ = ["users"]

_HERE = "http://127.0.0.1:8000"
ROLES = ("marketing", "sales", "manager", "administrator", "viewer")
_ADD = """handraiser user add mara@example.com --role marketing
handraiser user add sam@example.com --role sales --name "Sam Field\""""
_SET = """handraiser user set sam@example.com --timezone Europe/Berlin \\
    --hours "mon-thu 09:00-17:00; fri 09:00-13:00" --holidays DE-BY
handraiser user set sam@example.com --manager mia@example.com
handraiser user set mia@example.com --signs"""

users = typer.Typer(
    name="user",
    cls=Commands,
    no_args_is_help=True,
    help="Add, show, change and remove the people who use it.",
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
    "show",
    cls=Command,
    help="Show what is known of a user: the role, when and where they work, their teams.",
    epilog="handraiser user show sam@example.com",
)
def show(email: UserEmail) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.users import user_named

        OUT.print(listed(("", ""), _known(user_named(email, where="EMAIL"))).lstrip(), markup=False)


def _known(user: User) -> list[tuple[str, str]]:
    from handraiser.agreement.hours import write_week
    from handraiser.flows.sides import side_of

    shares = user.memberships.order_by("team__name").select_related("team")
    return [
        ("email", user.email),
        ("name", user.name or "none"),
        ("role", user.role),
        ("signs", f"for {side_of(user)}" if user.signs else "no"),
        ("manager", user.manager.email if user.manager else "none"),
        ("time zone", user.timezone or "that of the agreement"),
        ("hours", write_week(user.hours) if user.hours else "those of the agreement"),
        ("holidays", ", ".join(user.holidays) or "none"),
        ("teams", ", ".join(f"{each.team.name}{_share(each)}" for each in shares) or "none"),
    ]


def _share(member: Member) -> str:
    return "" if member.active else " (paused)"


@users.command(
    "invite",
    cls=Command,
    help="Print a link by which a user chooses a password, or another: it works once, for three days.",
    epilog="handraiser user invite sam@example.com --url https://mql.example.com",
)
def invite(email: UserEmail, url: WebUrl = None) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.web.signing.links import invitation
        from handraiser.edge.web.signing.secret import settle_secret
        from handraiser.flows.refusals import FlowCode, refused
        from handraiser.flows.users import user_named

        if not settle_secret():
            says = "Links are signed by HANDRAISER_SECRET, and there is none."
            fix = "Set it here as it is set where the web app runs."
            raise refused(FlowCode.NOTHING_TO_SEAL_WITH, "HANDRAISER_SECRET", says, fix)
        OUT.print(invitation(user_named(email, where="EMAIL"), url or _HERE), markup=False, soft_wrap=True)


@users.command(
    "set",
    cls=Command,
    help="Change what is known of a user: what is not given stays, and an empty text takes it away.",
    epilog=_SET,
)
def change(
    email: UserEmail,
    role: NewRole = None,
    name: UserName = None,
    timezone: UserZone = None,
    hours: UserHours = None,
    holidays: UserHolidays = None,
    manager: UserManager = None,
    signs: UserSigns = None,
) -> None:
    if role is not None:
        one_of("--role", role, ROLES)
    if (role, name, timezone, hours, holidays, manager, signs) == (None,) * 7:
        raise typer.BadParameter("Nothing is to change: give one of the options.")
    with failing(), database(new=False, say=say):
        from handraiser.flows.users import Profile, change_user

        profile = Profile(role, name, timezone, hours, holidays, manager, signs)
        user = change_user(email, profile, who=whoever_asks(), now=now())
        OUT.print(f"{user.email} is changed.", markup=False)


@users.command(
    "remove",
    cls=Command,
    help="Let a user leave. What they signed stays signed; others get their leads.",
    epilog="handraiser user remove sam@example.com",
)
def remove(email: UserEmail) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.flows.leaving import remove_user

        gone = remove_user(email, who=whoever_asks(), now=now())
        OUT.print(f"{gone.user.email} has left.", markup=False)
        if gone.given:
            OUT.print(f"{many(gone.given, 'lead')} of theirs went to others.", markup=False)
        if gone.nobodys:
            told = (
                f"{many(gone.nobodys, 'lead')} of theirs nobody else could take: an alarm is open for each."
            )
            OUT.print(told, markup=False)
        if gone.stuck:
            told = f"{many(gone.stuck, 'lead')} could not go on yet: a worker tries again."
            OUT.print(told, markup=False)
        for teams, lacks, option in (
            (gone.managed, "no manager", "--manager"),
            (gone.backed, "no fallback", "--fallback"),
        ):
            for team in teams:
                told = f"Team {team} has {lacks} any more: `handraiser team add {team} {option} EMAIL`."
                OUT.print(told, markup=False)
