"""Who signs, sells or looks? People come and leave; who has signed something is never forgotten.

What is known of when and where somebody works is how leads are given to them.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from django.db import transaction

from handraiser.agreement.hours import read_holidays, read_timezone, read_week
from handraiser.agreement.wrong import Wrong
from handraiser.capture.addresses import normal_address
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.sides import side_of
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, User

__all__ = [
    "Profile", "add_user", "change_user", "choose_password", "keep_an_administrator", "note_link",
    "owner_named", "user_named",
]  # fmt: skip

T = TypeVar("T")
_NO_HOLIDAYS: tuple[str, ...] = ()


def add_user(email: str, role: str, *, name: str, who: str, now: int) -> User:
    """Return the user that is there now; somebody who had left is back, with this role.

    Raises Mistakes where it is no address, or one of somebody who is there already.
    """
    address = _address(email)
    with transaction.atomic():
        alone(GOVERNING)
        there = User.objects.filter(email=address).first()
        if there is not None and there.left_at is None:
            says = f"{address} is a user already, of the role {there.role}."
            fix = f"`handraiser user set {address} --role ROLE` changes the role."
            raise refused(FlowCode.USER_IS_THERE, "EMAIL", says, fix)
        user = there or User(email=address, created_at=now)
        user.role, user.name, user.left_at = role, name or user.name, None
        user.save()
        Audit.objects.create(
            at=now, who=who, did="added a user", subject=f"user {address}", details={"role": role}
        )
    return user


class Profile(NamedTuple):
    """What is to change of a user, in the words of the command line; None: it stays, empty: none of it."""

    role: str | None = None
    name: str | None = None
    timezone: str | None = None
    hours: str | None = None
    holidays: str | None = None
    manager: str | None = None
    signs: bool | None = None


def change_user(email: str, profile: Profile, *, who: str, now: int) -> User:
    """Return the user as they are now.

    Raises Mistakes where nobody has the address, or something of it cannot be read.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(email, where="EMAIL")
        if profile.role is not None:
            if profile.role != User.Role.ADMINISTRATOR:
                keep_an_administrator(user)
            user.role = profile.role
        if profile.name is not None:
            user.name = profile.name
        if profile.timezone is not None:
            user.timezone = _read("--timezone", profile.timezone, read_timezone, "")
        if profile.hours is not None:
            user.hours = _read("--hours", profile.hours, _read_hours, None)
        if profile.holidays is not None:
            user.holidays = _read("--holidays", profile.holidays, read_holidays, _NO_HOLIDAYS)
        if profile.manager is not None:
            user.manager = _manager(user, profile.manager)
        _set_signing(user, profile.signs)
        user.save(update_fields=["role", "name", "timezone", "hours", "holidays", "manager", "signs"])
        details = {key: value for key, value in profile._asdict().items() if value is not None}
        Audit.objects.create(
            at=now, who=who, did="changed a user", subject=f"user {user.email}", details=details
        )
    return user


def _set_signing(user: User, signs: bool | None) -> None:
    """Have somebody sign for their side, or not; who is of neither any more signs no more."""
    if signs and side_of(user) == "":
        says = f"{user.email} has the role {user.role}, and signs for neither side."
        fix = "Marketing signs for marketing, sales and managers for sales: change the role first."
        raise refused(FlowCode.WRONG_ROLE, "--signs", says, fix)
    user.signs = (user.signs if signs is None else signs) and side_of(user) != ""


def keep_an_administrator(user: User) -> None:
    """Raise Mistakes where somebody is the last administrator who can sign in, and is to be none any more.

    Within the caller's transaction, in which nobody else changes who is one.
    """
    rulers = User.objects.filter(role=User.Role.ADMINISTRATOR, left_at=None).exclude(password="")
    if list(rulers.values_list("pk", flat=True)) != [user.pk]:
        return
    says = f"{user.email} is the last administrator who can sign in."
    fix = "Make somebody else one first, who has chosen a password."
    raise refused(FlowCode.LAST_ADMINISTRATOR, "EMAIL", says, fix)


def note_link(user: User, *, who: str, now: int) -> None:
    """Write down that somebody was given a link by which a user chooses a password."""
    Audit.objects.create(at=now, who=who, did="made a link", subject=f"user {user.email}")


def choose_password(user: User, password: str, *, who: str, now: int) -> None:
    """Have a user sign in by a password from now on; the links they were invited by open nothing any more."""
    with transaction.atomic():
        alone(GOVERNING)
        user.set_password(password)
        user.save(update_fields=["password"])
        Audit.objects.create(at=now, who=who, did="chose a password", subject=f"user {user.email}")


def user_named(email: str, *, where: str) -> User:
    """Return the user of an address who has not left. Raises Mistakes where there is none."""
    # Who serves on one machine signs as nobody with a mailbox does: `sales@localhost`.
    found: User | None = User.objects.filter(email=normal_address(email) or email.strip()).first()
    address = _address(email, where=where) if found is None else found.email
    if found is not None and found.left_at is None:
        return found
    fix = f"`handraiser user add {address} --role ROLE` adds them."
    if found is not None:
        raise refused(FlowCode.NO_SUCH_USER, where, f"{address} has left.", fix)
    there = list(User.objects.filter(left_at=None).order_by("email").values_list("email", flat=True))
    near = get_close_matches(address, [each for each in there if _alike(address, each)], n=1)
    raise refused(
        FlowCode.NO_SUCH_USER,
        where,
        f"There is no user {address}.",
        f"Did you mean {near[0]}?" if near else fix,
    )


def owner_named(email: str, *, where: str) -> str:
    """Return the address of somebody who may own leads, empty for `nobody`; who has left may still own some.

    Raises Mistakes where there has never been such a user.
    """
    if email in ("", "nobody"):
        return ""
    found = User.objects.filter(email=normal_address(email) or email.strip()).first()
    return str((found or user_named(email, where=where)).email)


def _manager(user: User, email: str) -> User | None:
    if not email:
        return None
    manager = user_named(email, where="--manager")
    above: User | None = manager
    while above is not None:
        if above == user:
            others = "" if above == manager else ", by way of others"
            says = f"{user.email} would be their own manager{others}."
            raise refused(FlowCode.NOT_THEIR_MANAGER, "--manager", says, "Name somebody else.")
        above = above.manager
    return manager


def _read(option: str, words: str, read: Callable[[str], T | Wrong], nothing: T) -> T:
    """What a profile says in one line, or nothing where that is empty."""
    if not words.strip():
        return nothing
    found = read(words.strip())
    if isinstance(found, Wrong):
        raise refused(FlowCode.BAD_PROFILE, option, found.says, found.fix)
    return found


def _read_hours(words: str) -> tuple[object, ...] | Wrong | None:
    return read_week(words)


def _alike(one: str, other: str) -> bool:
    """Return whether both halves are near: that many share a domain says nothing of who they are."""
    halves = zip(one.split("@", 1), other.split("@", 1), strict=False)
    return all(get_close_matches(mine, [theirs]) for mine, theirs in halves)


def _address(email: str, *, where: str = "EMAIL") -> str:
    address = normal_address(email)
    if address is None:
        says = f"`{email}` is no e-mail address."
        raise refused(FlowCode.NO_ADDRESS, where, says, "Write it as in ann@example.com, and nothing else.")
    return address
