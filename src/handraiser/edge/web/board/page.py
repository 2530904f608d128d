"""What does a manager see of all that is with their teams, and how do they give it to others?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from handraiser.edge.running import now
from handraiser.edge.web.board.columns import Board, columns_of, look, teams_for
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.queue.seen import mark, still
from handraiser.lifecycle.saying import Act, bonds, may
from handraiser.store.models import Team, User

__all__ = ["LOOKING", "board", "board_columns"]

_Role = User.Role
LOOKING = frozenset({_Role.MANAGER, _Role.ADMINISTRATOR, _Role.MARKETING, _Role.VIEWER})


@page(LOOKING)
def board(request: HttpRequest) -> HttpResponse:
    """Show a team's board; what changes in it later comes as `board_columns`."""
    user, at = user_of(request), now()
    teams = teams_for(user)
    team = _team(request, teams)
    told: dict[str, object] = {"teams": teams, "team": team, "moves": _moves(user)}
    if team is not None:
        told["columns"] = _drawn(request, user, look(team, now=at), at)
    return render(request, "board/board.html", told)


@page(LOOKING)
def board_columns(request: HttpRequest) -> HttpResponse:
    """Show the columns of a board; nothing where they are still as they were seen."""
    user, at = user_of(request), now()
    team = _team(request, teams_for(user))
    if team is None:  # the last has been removed
        return HttpResponse()
    found = look(team, now=at)
    if still(request.GET.get("seen", ""), found.facts, now=at):
        return HttpResponse(status=204)
    return HttpResponse(_drawn(request, user, found, at))


def _team(request: HttpRequest, teams: list[Team]) -> Team | None:
    asked = request.GET.get("team", "")
    return next((each for each in teams if each.name == asked), teams[0] if teams else None)


def _moves(user: User) -> bool:
    """Return whether somebody may give others' leads away."""
    return may(Act.ASSIGN, bonds(user.role))


def _drawn(request: HttpRequest, user: User, found: Board, at: int) -> str:
    """Return the columns as they are shown."""
    shown = {
        "columns": columns_of(user, found, now=at),
        "team": found.team,
        "seen": mark(found.facts, now=at),
        "user": user,
        "moves": _moves(user),
    }
    return render_to_string("board/columns.html", shown, request)
