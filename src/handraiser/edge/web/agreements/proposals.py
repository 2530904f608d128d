"""What is proposed, what would it have found, what does each side say of it, and do they sign?

What is refused stands in the form; what is done is told at the foot of the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from handraiser.agreement import read
from handraiser.agreement.diff import balance, diff
from handraiser.agreement.spoken import spoken
from handraiser.edge.proposal_tests import kept_of
from handraiser.edge.proposals_told import changes_in, figures
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.errors import Diagnostic, Level, Mistakes
from handraiser.facts.instants import iso
from handraiser.flows.live import agreement_of
from handraiser.flows.proposing import (
    is_outdated,
    proposal_numbered,
    propose,
    propose_end,
    withdraw,
)
from handraiser.flows.publishing import SIDES, live_of
from handraiser.flows.signing import decline, remark, side_of, sign, why_not_sign
from handraiser.store.models import Proposal, Publication, Remark, User

__all__ = ["checked", "edit", "end", "proposal", "say"]

MARKETING = frozenset({User.Role.MARKETING})
SPEAKING = frozenset(set(User.Role) - {User.Role.VIEWER})
_LONGEST = 4_000  # letters of what is said
_EXAMPLE = """agreement: {name}
title: A title for people

fit:                                  # who they are
  rules:
    - rule: mid_market
      title: 50 to 500 employees
      when: company.employees between 50 and 500
      points: 15

engagement:                           # what they do
  within: 90 days
  decay: half-life 30 days
  rules:
    - rule: pricing
      title: Looked at prices
      event: Page Viewed
      where: path like '/pricing%'
      at_most: 1 per day
      points: 15

qualify:                              # who is handed to sales
  mql: fit >= 10 and score >= 40
"""


class _Proposed(forms.Form):
    """What is proposed, what for, and from when on."""

    text = forms.CharField(label="The agreement", strip=False)
    comment = forms.CharField(
        label="What it is for", max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    day = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The day on which it begins; empty: as soon as both sides have signed.",
    )  # fmt: skip
    hand_off = forms.BooleanField(label="Hand off also who became an MQL before", required=False)


class _Said(forms.Form):
    """What somebody says of a proposal."""

    text = forms.CharField(
        label="What you think", max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class _Ending(forms.Form):
    """Why an agreement is to end."""

    comment = forms.CharField(label="Why", max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


@page(EVERYBODY)
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """Show a proposal: what for, what it changes, what it would have found, and who has said what."""
    found, at, me = _there(number), now(), user_of(request)
    kept = kept_of(found)
    said = list(found.remarks.order_by("pk").select_related("user"))
    signed = {each.side: each for each in said if each.says == Remark.Says.SIGN}
    is_open = found.state == Proposal.State.OPEN
    why_not = why_not_sign(found, me, at) if is_open else None
    agreement, _ = read(found.text, file="the agreement")
    told = {
        "proposal": found,
        "agreement": agreement,
        "chapters": spoken(agreement) if agreement else [],
        "changes": changes_in(found),
        "effect": found.changes["effect"],
        "kept": kept,
        "figures": figures(kept) if kept else [],
        "said": said,
        "sides": [(side, signed.get(side), _who_signs(side)) for side in dict.fromkeys(SIDES.values())],
        "is_open": is_open,
        "outdated": is_open and is_outdated(found, at),
        "why_not": why_not,
        "may_sign": is_open and why_not is None,
        "may_decline": is_open and me.signs and side_of(me) != "",
        "may_withdraw": is_open and me.role == User.Role.MARKETING,
        "may_speak": me.role in SPEAKING,
        "waits": is_open and kept is None and not found.ends,
    }
    return render(request, "agreements/proposal.html", told)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str = "") -> HttpResponse:
    """Have marketing write an agreement, from what is live, another version or an example, and propose it."""
    at, me = now(), user_of(request)
    form = _Proposed(request.POST or None, initial={"text": _beginning(request, name, at)})
    diagnostics: list[Diagnostic] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = propose(
                _plain(given["text"]), comment=given["comment"], by=me.email, now=at,
                live_from=_morning(given["day"], me), hand_off=given["hand_off"],
            )  # fmt: skip
            return redirect("proposal", made.pk)
        except Mistakes as mistakes:
            diagnostics = list(mistakes.diagnostics)
    told = {
        "form": form,
        "name": name,
        "diagnostics": diagnostics,
        "live": live_of(name, at) if name else None,
    }
    return render(request, "agreements/edit.html", told, status=422 if form.errors or diagnostics else 200)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def checked(request: HttpRequest) -> HttpResponse:
    """Show what is wrong in what is being written, else what it says and how it differs from what is live."""
    agreement, diagnostics = read(_plain(request.POST.get("text", "")), file="the agreement")
    live = live_of(agreement.name, now()) if agreement else None
    changes = diff(agreement_of(live), agreement) if live and agreement else []
    told = {
        "diagnostics": diagnostics,
        "wrong": [each for each in diagnostics if each.level is Level.MISTAKE],
        "agreement": agreement,
        "chapters": spoken(agreement) if agreement else [],
        "live": live,
        "changes": changes,
        "effect": balance(changes) if changes else None,
    }
    return render(request, "agreements/checked.html", told)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Propose that an agreement ends."""
    if live_of(name, now()) is None:
        raise Http404
    form = _Ending(request.POST or None)

    def done() -> str:
        made = propose_end(name, comment=form.cleaned_data["comment"], by=user_of(request).email, now=now())
        return f"Proposal {made.pk}: {name} is to end."

    told = "Both sides have to sign it. What is with sales by it stays there, with its clocks."
    return _done(request, form, "Propose it", f"{name} is to end", done, told)


@page(SPEAKING)
@require_http_methods(["GET", "POST"])
def say(request: HttpRequest, number: int, said: str) -> HttpResponse:
    """Have somebody say something of a proposal, sign, decline or withdraw it."""
    _there(number)
    me = user_of(request).email
    needs_text = said in ("comment", "decline")
    form: forms.Form = _Said(request.POST or None) if needs_text else forms.Form(request.POST or None)

    def done() -> str:
        match said:
            case "sign":
                signed = sign(number, by=me, now=now())
                if signed.published is None:
                    return "You have signed. The other side is to sign too."
                made = signed.published.publication
                becomes = "ends" if made.ends else "is live"
                return f"Both have signed: {made.name} {becomes} from {iso(made.live_from)}."
            case "decline":
                decline(number, why=form.cleaned_data["text"], by=me, now=now())
                return "It is declined."
            case "withdraw":
                withdraw(number, by=me, now=now())
                return "It is withdrawn."
        remark(number, form.cleaned_data["text"], by=me, now=now())
        return "It is said."

    says, does, told = _ACTS[said]
    return _done(request, form, does, says, done, told)


_ACTS = {
    "comment": ("Say something", "Say it", ""),
    "sign": (
        "Sign for your side", "Sign",
        "With the signature of the other side it is published. What you sign is what this page shows.",
    ),
    "decline": ("Decline", "Decline", "That ends this proposal. Say what would have to be otherwise."),
    "withdraw": ("Withdraw", "Withdraw", "It is proposed no more; what was said of it stays."),
}  # fmt: skip


def _there(number: int) -> Proposal:
    try:
        return proposal_numbered(number)
    except Mistakes as mistakes:
        raise Http404 from mistakes


def _who_signs(side: str) -> list[User]:
    roles = [role for role, of in SIDES.items() if of == side]
    return list(User.objects.filter(role__in=roles, signs=True, left_at=None).order_by("email"))


def _beginning(request: HttpRequest, name: str, now: int) -> str:
    """Return the text to begin with: the version that is asked for, else what is live, else an example."""
    asked = request.GET.get("from", "")
    if asked.isdecimal():
        version: Publication | None = Publication.objects.filter(pk=int(asked), name=name).first()
        if version is None:
            raise Http404
        return version.text
    live = live_of(name, now) if name else None
    if name and live is None:
        latest = Publication.objects.filter(name=name).order_by("live_from").last()
        if latest is None:
            raise Http404
        return str(latest.text)
    return live.text if live else _EXAMPLE.format(name="a-name")


def _plain(text: str) -> str:
    """Return a text as it stands in a file: browsers send other ends of lines."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def _morning(day: Any, user: User) -> int | None:
    """Return when a day begins where somebody is."""
    if day is None:
        return None
    began = datetime.combine(day, time(), ZoneInfo(user.timezone or "UTC")).astimezone(UTC)
    return int(began.timestamp()) * 1_000_000


def _done(
    request: HttpRequest, form: forms.Form, does: str, says: str, change: Callable[[], str], told: str = ""
) -> HttpResponse:
    """Have something said that was asked for, or ask; return what is shown of either."""
    if request.method == "POST" and form.is_valid():
        try:
            done = change()
        except Mistakes as mistakes:
            for each in mistakes.diagnostics:
                form.add_error(None, f"{each.says} {each.fix}")
        else:
            happened = {"handraiser:said": {"text": done, "undo": None}, "handraiser:changed": {}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})
    shown = {"form": form, "does": does, "says": says, "path": request.path, "told": told}
    return render(request, "people/dialog.html", shown, status=422 if form.errors else 200)
