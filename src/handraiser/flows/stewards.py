"""Who may change who a lead is, and what is kept of it; and which lead do they mean?"""

from __future__ import annotations

from collections.abc import Collection

from handraiser.capture.addresses import normal_address
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.users import user_named
from handraiser.store.history import lead_number
from handraiser.store.models import User
from handraiser.store.people import Known, Named, person, person_by

__all__ = ["ERASING", "STEWARDS", "lead_called", "lead_meant", "steward"]

Role = User.Role
STEWARDS = frozenset({Role.MARKETING, Role.MANAGER, Role.ADMINISTRATOR})
"""Who may say that two leads are one, keep what leads agree to, and take out all that is kept of one."""
ERASING = frozenset({Role.MARKETING, Role.ADMINISTRATOR})
"""Who may have a lead be forgotten."""


def steward(by: str, *, may: Collection[User.Role] = STEWARDS) -> User:
    """Return the user of an address. Raises Mistakes where there is none, or where they may not."""
    user = user_named(by, where="--by")
    if user.role not in may:
        says = f"{user.email}, of the role {user.role}, may not do that."
        raise refused(FlowCode.NOT_THEIRS, "--by", says, f"Who may: {', '.join(sorted(may))}.")
    return user


def lead_called(words: str, *, where: str) -> Known:
    """Return who stands for a lead by its number or its e-mail address, in any spelling. Raises Mistakes."""
    number = lead_number(words)
    if number is not None:
        return lead_meant(number, where=where)
    address = normal_address(words)
    found = None if address is None else person_by(Named("email", address))
    if found is None or found.lead_since is None:
        says = f"No lead is known by {words[:254]}."
        raise refused(FlowCode.NO_SUCH_EPISODE, where, says, "Give its number, or an address it is known by.")
    return found


def lead_meant(number: int, *, where: str = "LEAD") -> Known:
    """Return who stands for a lead. Raises Mistakes where nobody has the number, or it is a visitor's."""
    found = person(number)
    if found is None or found.lead_since is None:
        says = f"There is no lead {number}."
        fix = "Its page and GET /api/leads show the number; who was erased has none any more."
        raise refused(FlowCode.NO_SUCH_EPISODE, where, says, fix)
    return found
