"""Who signs, sells or looks? People come and leave; who has signed something is never forgotten."""

from __future__ import annotations

from difflib import get_close_matches

from django.db import transaction

from handraiser.capture.addresses import normal_address
from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, User

__all__ = ["add_user", "remove_user", "user_named"]


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
            fix = "To change the role, `handraiser user remove` comes first."
            raise refused(FlowCode.USER_IS_THERE, "EMAIL", says, fix)
        user = there or User(email=address, created_at=now)
        user.role, user.name, user.left_at = role, name or user.name, None
        user.save()
        Audit.objects.create(
            at=now, who=who, did="added a user", subject=f"user {address}", details={"role": role}
        )
    return user


def remove_user(email: str, *, who: str, now: int) -> User:
    """Return the user who has left now; what they signed stays signed. Raises Mistakes."""
    with transaction.atomic():
        alone(GOVERNING)
        user = user_named(email, where="EMAIL")
        user.left_at = now
        user.save(update_fields=["left_at"])
        Audit.objects.create(at=now, who=who, did="removed a user", subject=f"user {user.email}")
    return user


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
