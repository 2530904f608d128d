"""How is somebody called on pages?"""

from __future__ import annotations

from collections.abc import Iterable

from handraiser.store.models import User

__all__ = ["called", "choices_of"]


def called(user: User) -> str:
    """Return somebody's name, or their address where they have none."""
    return str(user.name or user.email)


def choices_of(users: Iterable[User], *, nobody: str = "") -> list[tuple[str, str]]:
    """Return whom one may choose in a form, by address; `nobody` is what it is called to choose none."""
    found = [(each.email, f"{each.name} ({each.email})" if each.name else each.email) for each in users]
    return [("", nobody), *found] if nobody else found
