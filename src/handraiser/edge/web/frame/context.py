"""What does every page know: where one may go from it, and how many wait there?"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest

from handraiser.edge.web.frame.access import EVERYBODY
from handraiser.store.models import User

__all__ = ["around"]

Role = User.Role


class _Place(NamedTuple):
    """A page that the head of every page leads to."""

    name: str
    says: str
    icon: str
    may: frozenset[User.Role]


_PLACES = (
    _Place("home", "Home", icon="home", may=EVERYBODY),
    _Place("queue", "Queue", icon="inbox", may=EVERYBODY),
    _Place("board", "Board", icon="layout-kanban", may=EVERYBODY - {Role.SALES}),
    _Place("agreements", "Agreements", icon="signature", may=EVERYBODY),
    _Place("teams", "Teams", icon="users-group", may=EVERYBODY - {Role.SALES}),
    _Place("people", "People", icon="users", may=frozenset({Role.ADMINISTRATOR})),
)


def around(request: HttpRequest) -> dict[str, Any]:
    """Return what templates may show around what a page is about."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"places": ()}
    here = request.resolver_match.url_name if request.resolver_match else ""
    places = [
        {"name": place.name, "says": place.says, "icon": place.icon, "here": place.name == here}
        for place in _PLACES
        if user.role in place.may
    ]
    return {"places": places, "called": user.name or user.email}
