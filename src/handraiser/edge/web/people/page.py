"""Who uses it, as what, in which teams: and how does an administrator change that?

When somebody works is on a page of their own (`hours`), and so are teams.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.frame.dialogs import asked, refuse, settled
from handraiser.edge.web.people.inviting import Link, link_for
from handraiser.edge.web.people.naming import called
from handraiser.errors import Mistakes, many
from handraiser.flows.leaving import remove_user
from handraiser.flows.sides import SIDES, stand_ins
from handraiser.flows.users import Profile, add_user, change_user
from handraiser.store.models import Member, User

__all__ = ["RULING", "invite", "leave", "link", "people", "role"]

RULING = frozenset({User.Role.ADMINISTRATOR})
_TEXT = 200  # letters of a name


class _Person(NamedTuple):
    """Somebody in the list; `seen_at` is when they signed in last, None for never."""

    user: User
    joined: bool
    seen_at: int | None
    teams: list[str]


class _Invited(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label="E-mail address")
    name = forms.CharField(label="Name", required=False, max_length=_TEXT)
    role = forms.ChoiceField(label="Role", choices=User.Role.choices, initial=User.Role.SALES)


class _Role(forms.Form):
    """As what somebody is here."""

    role = forms.ChoiceField(label="Role", choices=User.Role.choices)
    signs = forms.BooleanField(
        label="Signs agreements", required=False,
        help_text="For marketing if they are of marketing, for sales if they are of sales or a manager.",
    )  # fmt: skip


@page(RULING)
def people(request: HttpRequest) -> HttpResponse:
    """Show who there is."""
    in_teams: dict[int, list[str]] = defaultdict(list)
    for member in Member.objects.select_related("team").order_by("team__name"):
        in_teams[member.user_id].append(member.team.name)
    users = User.objects.exclude(stand_ins()).order_by("left_at", "email")
    told = {
        "people": [_person(each, in_teams[each.pk]) for each in users if each.left_at is None],
        "gone": [each for each in users if each.left_at is not None],
    }
    return render(request, "people/people.html", told)


@page(RULING)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Have somebody be a user, and show the link by which they come in."""
    me, form = user_of(request), _Invited(request.POST or None)
    if not form.is_valid():
        return asked(request, form, "Invite", "Invite somebody")
    given, at = form.cleaned_data, now()
    try:
        user = add_user(given["email"], given["role"], name=given["name"], who=me.email, now=at)
    except Mistakes as mistakes:
        refuse(form, mistakes, {"EMAIL": "email"})
        return asked(request, form, "Invite", "Invite somebody")
    return _linked(request, user, link_for(user, request, by=me, now=at))


@page(RULING)
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Make somebody another link by which they choose a password, and show it."""
    user, form = _there(number), forms.Form(request.POST or None)
    if request.method == "POST":
        return _linked(request, user, link_for(user, request, by=user_of(request), now=now()))
    told = "They choose a password by it, once, within three days. Whoever has the link can come in as them."
    return asked(request, form, "Make a link", f"A link for {called(user)}", told=told)


@page(RULING)
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, number: int) -> HttpResponse:
    """Have somebody be here as something else."""
    user = _there(number)
    form = _Role(request.POST or None, initial={"role": user.role, "signs": user.signs})

    def change() -> str:
        chosen = form.cleaned_data["role"]
        signs = form.cleaned_data["signs"] and User.Role(chosen) in SIDES
        change_user(user.email, Profile(role=chosen, signs=signs), who=user_of(request).email, now=now())
        return f"{called(user)} is of the role {chosen} now{', and signs agreements' if signs else ''}."

    return settled(request, form, "Change", f"The role of {called(user)}", change)


@page(RULING)
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, number: int) -> HttpResponse:
    """Have somebody leave: they are outside at once, and what is theirs goes to others."""
    user, form = _there(number), forms.Form(request.POST or None)

    def remove() -> str:
        gone = remove_user(user.email, who=user_of(request).email, now=now())
        says = [f"{called(user)} has left."]
        if gone.given:
            says.append(f"{many(gone.given, 'lead')} of theirs went to others.")
        if gone.nobodys:
            says.append(f"{many(gone.nobodys, 'lead')} nobody else could take: an alarm is open for each.")
        for teams, lacks in ((gone.managed, "manager"), (gone.backed, "fallback")):
            says += [f"Team {team} has no {lacks} any more." for team in teams]
        return " ".join(says)

    told = "They are signed out at once. What they signed stays signed; others get their open leads."
    return settled(request, form, "Remove", f"Remove {called(user)}", remove, told=told, danger=True)


def _person(user: User, teams: list[str]) -> _Person:
    seen_at = None if user.last_login is None else int(user.last_login.timestamp() * 1e6)
    return _Person(user, bool(user.password), seen_at, teams)


def _there(number: int) -> User:
    found: User | None = User.objects.filter(pk=number, left_at=None).first()
    if found is None:
        raise Http404
    return found


def _linked(request: HttpRequest, user: User, link: Link) -> HttpResponse:
    return render(request, "people/link.html", {"who": called(user), "user_of": user, "link": link})
