"""How does somebody of sales say, in a page, what is to be said of an MQL?

Each verb of `flows.verbs` is a form in a dialog, or a button alone where there is nothing to fill in. What is
refused stands in the form; what was said is told at the foot of the page, with a way to take it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, readable
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.errors import Mistakes
from handraiser.flows.held import Held, look_at
from handraiser.flows.sides import stand_ins
from handraiser.flows.verbs import VERBS
from handraiser.handoff.about import called
from handraiser.lifecycle.saying import Act
from handraiser.store.known_as import leads_told
from handraiser.store.models import User
from handraiser.store.seeing import sees_handoff

__all__ = ["says_of", "say"]

_THROUGH = "the web app"
_SAYS: Mapping[Act, tuple[str, str]] = {
    Act.ACCEPT: ("Accept", "accepted"),
    Act.RECYCLE: ("Send back to marketing", "sent back"),
    Act.DISQUALIFY: ("Disqualify", "disqualified"),
    Act.LOG: ("Log what you did", "logged"),
    Act.SQL: ("Qualified by sales", "qualified by sales"),
    Act.OPPORTUNITY: ("Open an opportunity", "an opportunity"),
    Act.WON: ("Won", "won"),
    Act.LOST: ("Lost", "lost"),
    Act.REOPEN: ("Reopen", "reopened"),
    Act.PAUSE: ("Wait for the lead", "waiting"),
    Act.RESUME: ("Go on", "going on"),
    Act.ASSIGN: ("Give to somebody else", "given to somebody else"),
    Act.UNDO: ("Take back", "as it was before"),
}
_UNDONE = (
    Act.ACCEPT, Act.RECYCLE, Act.DISQUALIFY, Act.SQL, Act.OPPORTUNITY, Act.WON, Act.LOST, Act.REOPEN,
    Act.ASSIGN,
)  # fmt: skip


@page(EVERYBODY)
@require_http_methods(["GET", "POST"])
def say(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Show the form of a verdict, or take it. What is not among what one may look at is not there."""
    user = user_of(request)
    verb = Act(act)
    try:
        held = look_at(number)
    except Mistakes:
        raise Http404 from None
    if not sees_handoff(user, held.handoff):
        raise Http404
    who = called(leads_told([held.lead])[held.lead])
    form = _form(verb, held, request.POST if request.method == "POST" else None)
    says, said = _SAYS[verb]
    if request.method == "POST" and form.is_valid():
        try:
            VERBS[verb](number, by=user.email, now=now(), through=_THROUGH, **_given(form))
        except Mistakes as mistakes:
            wrong = mistakes.diagnostics[0]
            form.add_error(None, f"{wrong.says} {wrong.fix}")
        else:
            undo = number if verb in _UNDONE else None
            said = f"given to {form.cleaned_data['to']}" if verb is Act.ASSIGN else said
            return _done(f"{who}: {said}.", undo=undo)
    told = {"form": form, "says": says, "who": who, "number": number, "act": verb.value}
    return render(request, "queue/dialog.html", told, status=422 if form.errors else 200)


def says_of(act: Act) -> str:
    """Return what a button says that leads to a verb."""
    return _SAYS[act][0]


def _done(says: str, *, undo: int | None) -> HttpResponse:
    happened = {"handraiser:said": {"text": says, "undo": undo}, "handraiser:changed": {}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})


def _given(form: forms.Form) -> dict[str, Any]:
    """Return what was filled in; what was left out is left out."""
    given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}


def _form(act: Act, held: Held, data: Any) -> forms.Form:
    """Return what there is to fill in for a verb, in the words of the agreement."""
    form = forms.Form(data, auto_id="said_%s")
    form.fields.update(_fields(act, held))
    return form


def _fields(act: Act, held: Held) -> dict[str, forms.Field]:
    agreement = held.agreement
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, label="Note")
    amount = {
        "amount": forms.FloatField(required=False, label="Amount"),
        "currency": forms.CharField(required=False, label="Currency", max_length=3),
    }
    match act:
        case Act.RECYCLE | Act.DISQUALIFY:
            return {"reason": _reasons(act, agreement), "rule": _rules(agreement), "note": note}
        case Act.LOG:
            return {"kind": _kinds(agreement), "note": note}
        case Act.OPPORTUNITY:
            close = forms.DateField(
                required=False, label="Expected to close", widget=forms.DateInput(attrs={"type": "date"})
            )
            return {**amount, "expected_close": close, "note": note}
        case Act.WON:
            return {**amount, "note": note}
        case Act.LOST:
            return {
                "reason": forms.CharField(required=False, label="Why"),
                "competitor": forms.CharField(required=False, label="To whom"),
                "note": note,
            }
        case Act.PAUSE:
            return {"why": forms.CharField(label="What is waited for")}
        case Act.ASSIGN:
            people = User.objects.filter(left_at=None, role__in=("sales", "manager"))
            people = people.exclude(stand_ins()).order_by("name", "email")
            if held.handoff.owner_id is not None:
                people = people.exclude(pk=held.handoff.owner_id)
            named = [
                (each.email, f"{each.name} ({each.email})" if each.name else each.email) for each in people
            ]
            return {
                "to": forms.ChoiceField(choices=named, label="To whom"),
                "why": forms.CharField(required=False, label="Why"),
            }
        case Act.SQL | Act.REOPEN:
            return {"note": note}
        case _:
            return {}


def _reasons(act: Act, agreement: Agreement) -> forms.ChoiceField:
    out = act is Act.DISQUALIFY
    given = [each for each in agreement.recycle.reasons if each.disqualify == out and each.name != "expired"]
    return forms.ChoiceField(
        choices=[("", "Choose"), *((each.name, capital(readable(each.name, ""))) for each in given)],
        label="Why",
    )


def _rules(agreement: Agreement) -> forms.ChoiceField:
    rules = [*agreement.fit.rules, *agreement.engagement.rules]
    named = [(each.name, readable(each.name, each.title)) for each in rules]
    return forms.ChoiceField(choices=[("", "None"), *named], required=False, label="Which rule misled?")


def _kinds(agreement: Agreement) -> forms.ChoiceField:
    kinds = dict.fromkeys(
        ["call", "email", "meeting", "note", *(each.do for each in agreement.handoff.follow_up)]
    )
    return forms.ChoiceField(choices=[(kind, capital(readable(kind, ""))) for kind in kinds], label="What")
