"""For which side does somebody sign, and who only stands for whoever runs this?"""

from __future__ import annotations

from django.db.models import Q

from handraiser.store.models import User

__all__ = ["HERE", "SIDES", "side_of", "stand_ins"]

HERE = "handraiser.localhost"  # where nobody else can have an address
SIDES = {
    User.Role.MARKETING: "marketing",
    User.Role.SALES: "sales",
    User.Role.MANAGER: "sales",
}


def side_of(user: User) -> str:
    """Return for which side somebody would sign, empty for none."""
    return SIDES.get(User.Role(user.role), "")


def stand_ins() -> Q:
    """Return the condition that a user is nobody, but signs where one person serves for themselves."""
    return Q(email__endswith=f"@{HERE}")
