"""How does somebody choose their password who has been invited, or is the first to come?"""

from __future__ import annotations

from typing import Any

from allauth.account.views import password_reset
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import open_to_all
from handraiser.edge.web.signing.links import is_first_link, is_invitation
from handraiser.errors import Mistakes
from handraiser.flows.users import add_user, choose_password
from handraiser.store.models import User

__all__ = ["forgotten", "join", "welcome"]

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_SECRET = {"autocomplete": "new-password"}


class _Password(forms.Form):
    """A password, twice: nobody sees what they type."""

    password = forms.CharField(widget=forms.PasswordInput(attrs=_SECRET), strip=False)
    again = forms.CharField(widget=forms.PasswordInput(attrs=_SECRET), strip=False, label="Password, again")

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        self._user = user
        self.fields["password"].help_text = password_validation.password_validators_help_text_html()

    def clean(self) -> None:
        """Refuse what is not the same twice, or easy to guess."""
        said, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if said and again and said != again:
            self.add_error("again", "This is not the same.")
        elif said:
            try:
                password_validation.validate_password(said, self._user)
            except forms.ValidationError as wrong:
                self.add_error("password", wrong)


class _First(_Password):
    """Who the first administrator is."""

    email = forms.EmailField(
        widget=forms.EmailInput(attrs={"autocomplete": "username"}), label="Your e-mail address"
    )
    field_order = ("email", "password", "again")


@open_to_all
def join(request: HttpRequest, number: int, token: str) -> HttpResponse:
    """Have somebody who was invited choose a password, and let them in."""
    user = User.objects.filter(pk=number, left_at=None).first()
    if user is None or not is_invitation(user, token):
        return _spent(request)
    form = _Password(request.POST or None, user)
    if not form.is_valid():
        return _asked(
            request, form, f"Welcome, {user.name or user.email}", status=400 if request.POST else 200
        )
    choose_password(user, form.cleaned_data["password"], who=user.email, now=now())
    return _in(request, user)


@open_to_all
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Have whoever serves become the first administrator, and let them in."""
    if not is_first_link(token):
        return _spent(request)
    form = _First(request.POST or None, User())
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            user = User.objects.filter(email=email, left_at=None, role=User.Role.ADMINISTRATOR).first()
            user = user or add_user(email, User.Role.ADMINISTRATOR, name="", who=email, now=now())
        except Mistakes as wrong:
            form.add_error("email", str(wrong))
        else:
            choose_password(user, form.cleaned_data["password"], who=user.email, now=now())
            return _in(request, user)
    return _asked(request, form, "The first administrator", status=400 if request.POST else 200)


@open_to_all
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a link mailed to who has forgotten their password; where nothing is mailed, say who makes one."""
    if settings.HANDRAISER_MAIL_URL:
        return password_reset(request)  # type: ignore[no-any-return]  # allauth's
    return render(request, "signing/forgotten.html")


def _asked(request: HttpRequest, form: forms.Form, says: str, *, status: int) -> HttpResponse:
    return render(request, "signing/password.html", {"form": form, "says": says}, status=status)


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "signing/spent.html", status=410)


def _in(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend=_BACKEND)
    return redirect("home")
