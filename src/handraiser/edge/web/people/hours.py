"""When does somebody work, when are they away, and who says so?

Everybody of themselves, on a page of their own; whoever manages them, and administrators, on the same page.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.agreement.hours import known_zones, write_week
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, SELLING, page, user_of
from handraiser.edge.web.frame.dialogs import Suggesting, settled
from handraiser.edge.web.people.naming import called, choices_of
from handraiser.edge.web.people.working import agreed_zone, away_among, working_of
from handraiser.errors import many
from handraiser.flows.heading import tends
from handraiser.flows.sides import stand_ins
from handraiser.flows.teams_shown import MemberSeen, look_at_team
from handraiser.flows.timeoff import add_time_off, remove_time_off, zone_of
from handraiser.flows.users import Profile, change_user
from handraiser.handoff.local_days import day_begins
from handraiser.store.models import Handoff, Team, TimeOff, User

__all__ = ["back", "go_away", "one_person", "work_when"]

_WORDS = 200  # letters
_DAY = timedelta(days=1)
_DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
_WORKING = {"--timezone": "timezone", "--hours": "hours", "--holidays": "holidays"}
_AWAY = {"--until": "last", "--cover": "cover"}


class _Works(forms.Form):
    """When somebody works, in the words of the command line; empty: as the agreement has it."""

    timezone = forms.CharField(
        required=False, label="Time zone", max_length=_WORDS,
        help_text="Such as “Europe/Berlin”. Nothing: the agreement's.",
        widget=Suggesting(lambda: sorted(known_zones())),
    )  # fmt: skip
    hours = forms.CharField(
        required=False, label="Working hours", max_length=_WORDS,
        help_text="Such as “mon-thu 09:00-12:30, 13:30-18:00; fri 09:00-15:00”. Nothing: the agreement's.",
    )  # fmt: skip
    holidays = forms.CharField(
        required=False, max_length=_WORDS, label="Public holidays",
        help_text="Of which country, or region: “DE-BY”, or “US, CA”. Nothing: the agreement's.",
    )  # fmt: skip


class _Away(forms.Form):
    """From which day until which somebody is away, and who has their leads meanwhile."""

    first = forms.DateField(
        label="First day away", validators=_DAYS, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label="Last day away", validators=_DAYS, widget=forms.DateInput(attrs={"type": "date"})
    )
    cover = forms.ChoiceField(required=False, label="Who has their leads meanwhile")
    why = forms.CharField(required=False, max_length=_WORDS, help_text="Such as “holidays”. All can read it.")

    def __init__(self, data: Any, user: User, today: date) -> None:
        super().__init__(data, initial={"first": today, "last": today})
        self._today = today
        others = User.objects.filter(left_at=None, role__in=SELLING).exclude(stand_ins()).exclude(pk=user.pk)
        self.fields["cover"].choices = choices_of(  # type: ignore[attr-defined]  # a field of choices has them
            others.order_by("name", "email"), nobody="Others, by the routes"
        )

    def clean(self) -> None:
        """Refuse what ends before it begins, or is over."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "This is before the first day.")
        elif last and last < self._today:
            self.add_error("last", "This day is over.")


@page(EVERYBODY)
def one_person(request: HttpRequest, number: int) -> HttpResponse:
    """Show when somebody works and is away, and how they stand in their teams."""
    me, at, user = user_of(request), now(), _there(number)
    if not tends(me, user):
        return _not_theirs(request, user)
    told = {
        "person": user,
        "me": me.pk == user.pk,
        "works": working_of(user, agreed_zone(at)),
        "away": away_among([user.pk], at),
        "teams": _in_teams(me, user, at),
        "sells": user.role in SELLING,
    }
    return render(request, "people/person.html", told)


@page(EVERYBODY)
@require_http_methods(["GET", "POST"])
def work_when(request: HttpRequest, number: int) -> HttpResponse:
    """Have somebody work by another clock, at other times, or keep other holidays."""
    me, user = user_of(request), _there(number)
    if not tends(me, user):
        return _not_theirs(request, user)
    hours = write_week(user.hours) if user.hours else ""
    known = {"timezone": user.timezone, "hours": hours, "holidays": ", ".join(user.holidays or ())}
    form = _Works(request.POST or None, initial=known)

    def change() -> str:
        given = {name: said for name, said in form.cleaned_data.items() if said != known[name]}
        if given:
            change_user(user.email, Profile(**given), who=me.email, now=now())
        return f"When {called(user)} works is kept."

    return settled(request, form, "Keep", f"When {called(user)} works", change, fields=_WORKING)


@page(EVERYBODY)
@require_http_methods(["GET", "POST"])
def go_away(request: HttpRequest, number: int) -> HttpResponse:
    """Have somebody be away for some days."""
    me, user, at = user_of(request), _there(number), now()
    if not tends(me, user):
        return _not_theirs(request, user)
    zone = zone_of(user, at)
    today = datetime.fromtimestamp(at / 1e6, UTC).astimezone(ZoneInfo(zone)).date()
    form = _Away(request.POST or None, user, today)

    def add() -> str:
        given = form.cleaned_data
        made = add_time_off(
            user.email,
            begins_at=day_begins(given["first"], zone),
            ends_at=day_begins(given["last"] + _DAY, zone),
            cover=given["cover"] or None,
            why=given["why"],
            who=me.email,
            now=at,
        )
        to = called(made.cover) if made.cover else "others by the routes"
        return f"{called(user)} is away until {given['last']:%-d %b %Y}. Their leads go to {to}."

    has = Handoff.objects.filter(owner=user, ended_at=None).count()
    told = "They are given no leads meanwhile."
    if has:
        told += (
            f" {many(has, 'open lead')} of theirs {'is' if has == 1 else 'are'} handed over when it begins."
        )
    return settled(request, form, "Add", f"{called(user)} is away", add, told=told, fields=_AWAY)


@page(EVERYBODY)
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, number: int, off: int) -> HttpResponse:
    """Have somebody be there, who was to be away."""
    me, user = user_of(request), _there(number)
    if not tends(me, user):
        return _not_theirs(request, user)
    if not TimeOff.objects.filter(pk=off, user=user).exists():
        raise Http404
    form = forms.Form(request.POST or None)

    def remove() -> str:
        remove_time_off(str(off), who=me.email, now=now())
        return f"{called(user)} is not away then."

    told = "They are given leads again. Leads of theirs that were handed over stay where they are."
    return settled(request, form, "Take back", f"{called(user)} is not away", remove, told=told)


def _in_teams(me: User, user: User, at: int) -> list[tuple[Team, MemberSeen, bool]]:
    """Return the teams of somebody, how they stand in each, and whether its page is for whoever looks."""
    found: list[tuple[Team, MemberSeen, bool]] = []
    for team in Team.objects.filter(members__user=user).order_by("name"):
        seen = [each for each in look_at_team(team.name, at).members if each.user == user.pk]
        found += [(team, each, me.role != User.Role.SALES) for each in seen]
    return found


def _there(number: int) -> User:
    found: User | None = User.objects.filter(pk=number, left_at=None).first()
    if found is None:
        raise Http404
    return found


def _not_theirs(request: HttpRequest, user: User) -> HttpResponse:
    told = {
        "what": f"When {called(user)} works",
        "by": ["themselves", "whoever manages them", "administrators"],
    }
    return render(request, "frame/not_yours.html", told, status=403)
