"""How do those who lead a team say who is in it, how much they get, and who gets nothing for now?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import SELLING, page, user_of
from handraiser.edge.web.frame.dialogs import settled
from handraiser.edge.web.people.naming import called, choices_of
from handraiser.edge.web.teams.page import team_in_path
from handraiser.errors import many
from handraiser.flows.heading import heads
from handraiser.flows.sides import stand_ins
from handraiser.flows.teams import join_team, leave_team, pause_member
from handraiser.store.models import Handoff, Member, Team, User

__all__ = ["LEADING", "join_in", "member_share", "pause", "take_out"]

LEADING = frozenset({User.Role.MANAGER, User.Role.ADMINISTRATOR})
_MOST_WEIGHT = 100
_FIELDS = {
    "EMAIL": "email", "--weight": "weight", "--per-day": "per_day", "--per-30-days": "per_30_days",
}  # fmt: skip


class _Share(forms.Form):
    """How much of a team's leads somebody gets."""

    weight = forms.IntegerField(
        min_value=1, max_value=_MOST_WEIGHT, initial=1,
        help_text="Who weighs 2 gets twice as many leads as who weighs 1.",
    )  # fmt: skip
    per_day = forms.IntegerField(
        min_value=1, required=False, label="At most a day", help_text="Nothing: as many as come."
    )
    per_30_days = forms.IntegerField(min_value=1, required=False, label="At most in 30 days")

    @property
    def said(self) -> dict[str, int]:
        """Return it in the words of the flow, where 0 is no limit."""
        given = self.cleaned_data
        return {
            "weight": given["weight"], "per_day": given["per_day"] or 0,
            "per_30_days": given["per_30_days"] or 0,
        }  # fmt: skip


class _Joining(_Share):
    """Who joins a team."""

    email = forms.ChoiceField(label="Who")
    field_order = ("email", "weight", "per_day", "per_30_days")

    def __init__(self, data: Any, team: Team) -> None:
        super().__init__(data)
        there = User.objects.filter(left_at=None, role__in=SELLING).exclude(stand_ins())
        there = there.exclude(memberships__team=team)
        # Who sells comes before who manages.
        some = sorted(there.order_by("name", "email"), key=lambda each: each.role != User.Role.SALES)
        self.nobody_left = not some
        self.fields["email"].choices = choices_of(some, nobody="Choose somebody")  # type: ignore[attr-defined]


@page(LEADING)
@require_http_methods(["GET", "POST"])
def join_in(request: HttpRequest, team: str) -> HttpResponse:
    """Have somebody share a team's leads."""
    found = team_in_path(team)
    if not heads(user_of(request), found):
        return _not_theirs(request, found)
    form = _Joining(request.POST or None, found)

    def add() -> str:
        email = form.cleaned_data["email"]
        member = join_team(found.name, email, **form.said, who=user_of(request).email, now=now())
        return f"{called(member.user)} is in team {found.name}."

    told = "Everybody who sells is in it already." if form.nobody_left else ""
    return settled(request, form, "Add", f"Add to team {found.name}", add, told=told, fields=_FIELDS)


@page(LEADING)
@require_http_methods(["GET", "POST"])
def member_share(request: HttpRequest, team: str, number: int) -> HttpResponse:
    """Have somebody get more or less of a team's leads."""
    member = _member(team, number)
    if not heads(user_of(request), member.team):
        return _not_theirs(request, member.team)
    stands = {"weight": member.weight, "per_day": member.per_day, "per_30_days": member.per_30_days}
    form = _Share(request.POST or None, initial=stands)

    def change() -> str:
        join_team(member.team.name, member.user.email, **form.said, who=user_of(request).email, now=now())
        return f"What {called(member.user)} gets of team {member.team.name} is changed."

    return settled(request, form, "Change", f"What {called(member.user)} gets", change, fields=_FIELDS)


@page(LEADING)
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, team: str, number: int) -> HttpResponse:
    """Give somebody no leads of a team for now, or some again."""
    member = _member(team, number)
    if not heads(user_of(request), member.team):
        return _not_theirs(request, member.team)
    active, form = request.POST.get("active") == "1", forms.Form(request.POST or None)
    team = member.team.name

    def change() -> str:
        pause_member(team, member.user.email, active=active, who=user_of(request).email, now=now())
        if active:
            return f"{called(member.user)} is given leads of team {team} again."
        return f"{called(member.user)} is given no leads of team {team} for now. Those they have stay theirs."

    return settled(request, form, "Resume" if active else "Pause", called(member.user), change)


@page(LEADING)
@require_http_methods(["GET", "POST"])
def take_out(request: HttpRequest, team: str, number: int) -> HttpResponse:
    """Have somebody share a team's leads no more."""
    member = _member(team, number)
    if not heads(user_of(request), member.team):
        return _not_theirs(request, member.team)
    form = forms.Form(request.POST or None)

    def leave() -> str:
        leave_team(member.team.name, member.user.email, who=user_of(request).email, now=now())
        return f"{called(member.user)} is not in team {member.team.name} any more."

    has = Handoff.objects.filter(owner=member.user, team=member.team, ended_at=None).count()
    told = f"{many(has, 'open lead')} of the team they have: these stay theirs." if has else ""
    says = f"Take {called(member.user)} out of team {member.team.name}"
    return settled(request, form, "Take out", says, leave, told=told, danger=True)


def _member(team: str, number: int) -> Member:
    found = Member.objects.select_related("team", "user").filter(team__name=team, user=number).first()
    if found is None:
        raise Http404
    return found


def _not_theirs(request: HttpRequest, team: Team) -> HttpResponse:
    told = {"what": f"Team {team.name}", "by": ["its manager", "administrators"]}
    return render(request, "frame/not_yours.html", told, status=403)
