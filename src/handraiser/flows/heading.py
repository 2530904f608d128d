"""Who may change a team, and say when somebody works and is away?

In a terminal whoever has the database may; in the web app administrators may, a manager where it is theirs,
and of themselves everybody.
"""

from __future__ import annotations

from handraiser.store.models import Member, Team, User

__all__ = ["heads", "tends"]

_Role = User.Role


def heads(user: User, team: Team) -> bool:
    """Return whether somebody may say who is in a team, and how much of it they get."""
    if user.role == _Role.ADMINISTRATOR:
        return True
    return bool(user.role == _Role.MANAGER and team.manager_id == user.pk)


def tends(user: User, other: User) -> bool:
    """Return whether somebody may say when another works: it is themselves, or whom they manage."""
    if user.pk == other.pk or user.role == _Role.ADMINISTRATOR:
        return True
    if user.role != _Role.MANAGER:
        return False
    return other.manager_id == user.pk or Member.objects.filter(user=other, team__manager=user).exists()
