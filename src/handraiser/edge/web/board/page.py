"""What does a manager see of all that is with their teams, and how do they give it to others?"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from handraiser.edge.running import now
from handraiser.edge.web.board.columns import columns_of, teams_for
from handraiser.edge.web.frame.access import page, user_of
from handraiser.lifecycle.saying import Act, bonds, may
from handraiser.store.models import Team, User

__all__ = ["LOOKING", "board", "board_columns"]

_Role = User.Role
LOOKING = frozenset({_Role.MANAGER, _Role.ADMINISTRATOR, _Role.MARKETING, _Role.VIEWER})


@page(LOOKING)
def board(request: HttpRequest) -> HttpResponse:
    """Show a team's board; what changes in it later comes as `board_columns`."""
    user = user_of(request)
    teams = teams_for(user)
    team = _team(request, teams)
    told: dict[str, object] = {"teams": teams, "team": team, "moves": _moves(user)}
    if team is not None:
        told["columns"], _ = _drawn(request, user, team)
    return render(request, "board/board.html", told)


@page(LOOKING)
def board_columns(request: HttpRequest) -> HttpResponse:
    """Show the columns of a board; nothing where they are still as they were seen."""
    user = user_of(request)
    team = _team(request, teams_for(user))
    if team is None:  # the last has been removed
        return HttpResponse()
    body, seen = _drawn(request, user, team)
    return HttpResponse(status=204) if seen == request.GET.get("seen") else HttpResponse(body)


def _team(request: HttpRequest, teams: list[Team]) -> Team | None:
    asked = request.GET.get("team", "")
    return next((each for each in teams if each.name == asked), teams[0] if teams else None)


def _moves(user: User) -> bool:
    """Return whether somebody may give others' leads away."""
    return may(Act.ASSIGN, bonds(user.role))


def _drawn(request: HttpRequest, user: User, team: Team) -> tuple[str, str]:
    """Return the columns as they are shown, and what tells them from others."""
    columns = columns_of(user, team, now=now())
    # Clocks go on by themselves; another round of asking need not show them.
    told = [
        (column.email, column.says, column.member, column.pile[1:], [
            (row.listed, row.lead, row.why, row.left and (row.left.do, row.left.due_at, row.left.runs))
            for row in column.rows
        ])
        for column in columns
    ]  # fmt: skip
    seen = hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest()
    shown = {"columns": columns, "team": team, "seen": seen, "user": user, "moves": _moves(user)}
    return render_to_string("board/columns.html", shown, request), seen
