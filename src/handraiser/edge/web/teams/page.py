"""Which teams share leads, how does each stand, and how are they made, led and taken away?

Administrators do that; who is in a team is changed in `members`, by whoever manages it as well.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from handraiser.edge.absent_told import absent_from_live
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import SELLING, page, user_of
from handraiser.edge.web.frame.dialogs import settled
from handraiser.edge.web.people.naming import called, choices_of
from handraiser.edge.web.people.working import Working, agreed_zone, away_among, working_of
from handraiser.errors import many
from handraiser.flows.absent import naming
from handraiser.flows.heading import heads, tends
from handraiser.flows.sides import stand_ins
from handraiser.flows.teams import add_team, remove_team
from handraiser.flows.teams_shown import MemberSeen, TeamSeen, look_at_team
from handraiser.store.models import Handoff, Team, User

__all__ = ["LOOKING", "change_team", "drop_team", "new_team", "one_team", "team_in_path", "teams"]

_Role = User.Role
LOOKING = frozenset({_Role.MANAGER, _Role.ADMINISTRATOR, _Role.MARKETING, _Role.VIEWER})
_RULING = frozenset({_Role.ADMINISTRATOR})
_LEADING = frozenset({_Role.MANAGER, _Role.ADMINISTRATOR})
_NAME = 60  # letters
_FIELDS = {"NAME": "name", "--manager": "manager", "--fallback": "fallback"}


class _Seat(NamedTuple):
    """Somebody of a team as its page shows them.

    share      how much of what the team is given is theirs while all of it take leads, in percent
    following  whether it is their turn
    tended     whether whoever looks may say when they work
    """

    seen: MemberSeen
    share: int
    following: bool
    works: Working
    tended: bool


class _Led(forms.Form):
    """Who manages a team, and who helps out; an empty choice is nobody."""

    manager = forms.ChoiceField(
        required=False, help_text="May change who is in the team, and is told of what it does not manage."
    )
    fallback = forms.ChoiceField(
        required=False, label="Helps out", help_text="Gets the leads that nobody of the team can take."
    )

    def __init__(self, data: Any, team: Team | None) -> None:
        led = {} if team is None else {"manager": _email(team.manager), "fallback": _email(team.fallback)}
        super().__init__(data, initial=led)
        users = list(User.objects.filter(left_at=None).exclude(stand_ins()).order_by("name", "email"))
        for name, may in (("manager", _LEADING), ("fallback", SELLING)):
            some = [each for each in users if each.role in may]
            self.fields[name].choices = choices_of(some, nobody="Nobody")  # type: ignore[attr-defined]


class _New(_Led):
    """A team that is not there yet."""

    name = forms.CharField(
        max_length=_NAME, help_text="As agreements write it: letters, digits, “_” and “-”, no blanks."
    )
    field_order = ("name", "manager", "fallback")


@page(LOOKING)
def teams(request: HttpRequest) -> HttpResponse:
    """Show which teams there are."""
    user, at = user_of(request), now()
    there = Team.objects.select_related("manager", "fallback").order_by("name")
    told = {
        "teams": [_listed(each, look_at_team(each.name, at)) for each in there],
        "rules": user.role in _RULING,
        "absent": absent_from_live(at),
    }
    return render(request, "teams/teams.html", told)


@page(LOOKING)
def one_team(request: HttpRequest, team: str) -> HttpResponse:
    """Show who is in a team, in the order of their turns, and when they work."""
    user, at, found = user_of(request), now(), team_in_path(team)
    seen = look_at_team(found.name, at)
    people = {each.pk: each for each in User.objects.filter(memberships__team=found)}
    told = {
        "team": found,
        "seats": _seats(user, seen, people, agreed_zone(at)),
        "next": seen.next,
        "away": away_among(people, at),
        "heads": heads(user, found),
        "rules": user.role in _RULING,
        "named": naming(found.name, at),
    }
    return render(request, "teams/team.html", told)


@page(_RULING)
@require_http_methods(["GET", "POST"])
def new_team(request: HttpRequest) -> HttpResponse:
    """Make a team, and show it."""
    form = _New(request.POST or None, None)

    def make() -> str:
        given = form.cleaned_data
        made = add_team(
            given["name"], manager=given["manager"], fallback=given["fallback"],
            who=user_of(request).email, now=now(), new=True,
        )  # fmt: skip
        return f"There is a team {made.name}. Nobody is in it yet."

    def then() -> str:
        return reverse("team", args=[form.cleaned_data["name"]])

    return settled(request, form, "Make it", "A new team", make, fields=_FIELDS, then=then)


@page(_RULING)
@require_http_methods(["GET", "POST"])
def change_team(request: HttpRequest, team: str) -> HttpResponse:
    """Have somebody else manage a team, or help it out."""
    found = team_in_path(team)
    form = _Led(request.POST or None, found)

    def change() -> str:
        given = form.cleaned_data
        led = add_team(
            found.name, manager=given["manager"], fallback=given["fallback"],
            who=user_of(request).email, now=now(),
        )  # fmt: skip
        manager, helper = ("Nobody" if each is None else called(each) for each in (led.manager, led.fallback))
        return f"Team {led.name} is managed by {manager}; who helps out: {helper}."

    return settled(request, form, "Change", f"Who leads team {found.name}", change, fields=_FIELDS)


@page(_RULING)
@require_http_methods(["GET", "POST"])
def drop_team(request: HttpRequest, team: str) -> HttpResponse:
    """Take a team away, after what becomes of its leads was told."""
    found, form = team_in_path(team), forms.Form(request.POST or None)

    def remove() -> str:
        gone = remove_team(found.name, who=user_of(request).email, now=now())
        return f"There is no team {gone.name} any more."

    told, says = _of_no_team(found, now()), f"Remove team {found.name}"
    return settled(
        request, form, "Remove", says, remove, told=told, then=lambda: reverse("teams"), danger=True
    )


def team_in_path(name: str) -> Team:
    """Return the team that an address is about. Raises Http404 where there is none."""
    found: Team | None = Team.objects.select_related("manager", "fallback").filter(name=name).first()
    if found is None:
        raise Http404
    return found


def _listed(team: Team, seen: TeamSeen) -> tuple[Team, TeamSeen, str]:
    """Return a team, how it stands, and how it is called whose turn it is, empty for nobody."""
    names = {each.email: each.name or each.email for each in seen.members}
    return team, seen, names.get(seen.next or "", "")


def _seats(user: User, seen: TeamSeen, people: dict[int, User], zone: str) -> list[_Seat]:
    staying = {number for number, one in people.items() if one.left_at is None}
    taking = [each for each in seen.members if each.active and each.user in staying]
    whole = sum(each.weight for each in taking) or 1
    heading = heads(user, seen.team)
    return [
        _Seat(
            each,
            share=round(100 * each.weight / whole) if each in taking else 0,
            following=each.email == seen.next,
            works=working_of(people[each.user], zone),
            tended=heading or tends(user, people[each.user]),
        )
        for each in seen.members
        if each.user in people
    ]


def _of_no_team(team: Team, at: int) -> str:
    """Return what becomes of a team's leads when it is taken away, and of those that would come."""
    of_it = Handoff.objects.filter(team=team, ended_at=None)
    count, nobodys = of_it.count(), of_it.filter(owner=None).count()
    says = [
        f"It has {many(count, 'open lead')}: who has them keeps them." if count else "It has no open leads."
    ]
    if nobodys:
        says.append(
            f"{many(nobodys, 'lead')} of it are nobody's, and stay so until somebody gives them away."
        )
    named = naming(team.name, at)
    if named:
        says.append(
            f"What is live names it ({', '.join(named)}): leads that would come to it go to whom else the "
            "agreement names, or are nobody's, with an alarm."
        )
    return " ".join(says)


def _email(user: User | None) -> str:
    return "" if user is None else user.email
