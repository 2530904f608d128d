"""What does a lead agree or object to, what is kept of it, and how is it forgotten?"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from handraiser.edge.dossier import dossier
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.lead.seen import lead_asked
from handraiser.errors import Mistakes, many
from handraiser.flows.consenting import note_consent
from handraiser.flows.erasing import erase
from handraiser.flows.stewards import ERASING, STEWARDS
from handraiser.handoff.about import Lead, called
from handraiser.store.consents import consents_of, standing
from handraiser.store.known_as import leads_told
from handraiser.store.models import Consent
from handraiser.store.people import Known
from handraiser.store.snapshot import as_of_now

__all__ = ["erase_lead", "everything_kept", "lead_privacy", "say_consent"]

_THROUGH = "the web app"
_PURPOSES = {
    Consent.Purpose.MAIL: "Mail to them",
    Consent.Purpose.PROFILING: "Profiling: being scored",
}
_SAID = {
    "": ("Nothing said", ""),
    Consent.Says.CONSENT: ("Agrees", ""),
    Consent.Says.OBJECTION: ("Objects", "bg-red text-white"),
    Consent.Says.WITHDRAWN: ("Took it back", ""),
}
_SAYS = [
    (Consent.Says.CONSENT.value, "They agree"),
    (Consent.Says.OBJECTION.value, "They object"),
    (Consent.Says.WITHDRAWN.value, "They take back what they said"),
]


class _Consent(forms.Form):
    """What somebody said, of what, and where."""

    purpose = forms.ChoiceField(
        choices=[(each.value, says) for each, says in _PURPOSES.items()], label="Of what"
    )
    says = forms.ChoiceField(choices=_SAYS, label="What they say")
    source = forms.CharField(
        max_length=500, label="Where they said so", help_text="A form, a mail, a call: what proves it later."
    )


class _Sure(forms.Form):
    """A word that nobody types by mistake."""

    typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any, word: str) -> None:
        super().__init__(data, auto_id="said_%s")
        self._word = word
        self.fields["typed"].label = f"Type {word} to have it done"

    def clean_typed(self) -> str:
        """Return what was typed, if it is the word."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed.lower() != self._word.lower():
            raise forms.ValidationError(f"That is not {self._word}.")
        return typed


@page(EVERYBODY)
def lead_privacy(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a lead agrees and objects to: a part of its page."""
    user = user_of(request)
    with as_of_now():
        found = lead_asked(user, number)
        holds = standing([found.root]).get(found.root, {})
        said = [
            (_PURPOSES[Consent.Purpose(each.purpose)], _SAID[each.says][0], each)
            for each in consents_of(found.root)
        ]
    told = {
        "number": found.root,
        "holds": [(says, *_SAID[holds.get(purpose, "")]) for purpose, says in _PURPOSES.items()],
        "said": said,
        "may": user.role in STEWARDS,
        "may_erase": user.role in ERASING,
    }
    return render(request, "lead/privacy_part.html", told)


@page(STEWARDS)
@require_http_methods(["GET", "POST"])
def say_consent(request: HttpRequest, number: int) -> HttpResponse:
    """Show the form for what a lead agrees or objects to, or take it."""
    user = user_of(request)
    found = lead_asked(user, number)
    form = _Consent(request.POST if request.method == "POST" else None, auto_id="said_%s")
    who = called(_told(found))
    if request.method == "POST" and form.is_valid():
        try:
            note_consent(found.root, by=user.email, now=now(), through=_THROUGH, **form.cleaned_data)
        except Mistakes as mistakes:
            form.add_error(None, f"{mistakes.diagnostics[0].says} {mistakes.diagnostics[0].fix}")
        else:
            happened = {"handraiser:said": {"text": f"{who}: noted.", "undo": None}, "handraiser:changed": {}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})
    return _dialog(request, form, f"What {who} says", "Note it", reverse("lead_consent", args=(found.root,)))


@page(STEWARDS)
def everything_kept(request: HttpRequest, number: int) -> HttpResponse:
    """Send all that is kept of a lead as a file."""
    found = lead_asked(user_of(request), number)
    response = HttpResponse(dossier(found, now=now()), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="lead-{found.root}.json"'
    return response


@page(ERASING)
@require_http_methods(["GET", "POST"])
def erase_lead(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a lead is to be forgotten, or forget it."""
    user = user_of(request)
    found = lead_asked(user, number)
    lead = _told(found)
    form = _Sure(request.POST if request.method == "POST" else None, lead.email or str(found.root))
    if request.method == "POST" and form.is_valid():
        done = erase(found.root, who=user.email, now=now())
        messages.success(request, f"Lead {done.lead} is forgotten, with {many(done.messages, 'message')}.")
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("home")})
    return _dialog(
        request, form, f"Forget {called(lead)}", "Forget", reverse("lead_erase", args=(found.root,)),
        why="What they are known by, said and did is taken out of all tables and files, for good. "
        "What is open with sales ends. Episodes, instants and amounts stay, as nobody's, to be counted.",
        danger=True,
    )  # fmt: skip


def _told(found: Known) -> Lead:
    return leads_told([found.root])[found.root]


def _dialog(
    request: HttpRequest, form: forms.Form, title: str, says: str, action: str, **told: Any
) -> HttpResponse:
    shown = {"form": form, "title": title, "says": says, "action": action, **told}
    return render(request, "lead/privacy_dialog.html", shown, status=422 if form.errors else 200)
