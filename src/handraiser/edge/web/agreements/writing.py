"""How does marketing write an agreement? It is read as it is written, and kept: nobody's work is lost."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import reduce
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from handraiser.agreement import read
from handraiser.agreement.diff import balance, diff
from handraiser.agreement.editing import with_parameter
from handraiser.agreement.setting import with_value
from handraiser.agreement.spoken import spoken
from handraiser.edge.running import now
from handraiser.edge.web.agreements.beside import MARKETING, form_of, looked_at, plain
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.frame.numbers import number_in
from handraiser.edge.web.whatif.fields import changes_in, supposed
from handraiser.errors import Diagnostic, Level, Mistakes
from handraiser.flows.drafting import Sheet, discard_draft, drafts_of, keep_draft
from handraiser.flows.live import agreement_of
from handraiser.flows.proposing import propose
from handraiser.flows.publishing import live_of
from handraiser.store.models import Draft, Proposal, Publication, User

__all__ = ["checked", "discard", "edit"]

_LONG_AGO = date(2000, 1, 1)
_LONGEST = 4_000  # letters of what it is for
_EXAMPLE = """agreement: a-name
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
    """What is proposed, what for, and from when on.

    token   of the page on which it is written
    after   the number of the draft that it was begun with, if it was one
    opened  when it was opened, in microseconds since 1970
    begun   the text that it was begun with
    """

    text = forms.CharField(label="The agreement", strip=False)
    token = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)
    begun = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    comment = forms.CharField(
        label="What it is for", max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    day = forms.DateField(
        label="From", required=False, validators=[MinValueValidator(_LONG_AGO)],
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The day on which it begins; empty: as soon as both sides have signed.",
    )  # fmt: skip
    hand_off = forms.BooleanField(label="Hand off also who became an MQL before", required=False)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str = "") -> HttpResponse:
    """Have marketing write an agreement, from a draft, a version or an example, and propose it."""
    at, me = now(), user_of(request)
    drafts = drafts_of(name)
    text, draft = _beginning(request, name, at, drafts)
    mine = draft is not None and draft.by == me
    after = None if draft is None else draft.pk
    begun = {"text": text, "begun": text, "token": uuid4().hex, "after": after, "opened": at}
    form = _Proposed(request.POST or None, initial=begun)
    diagnostics: list[Diagnostic] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        written = plain(given["text"])
        try:
            if given["token"] and given["after"] is not None:  # what it goes on with becomes the proposal too
                sheet = Sheet(given["token"], given["after"], given["opened"] or at)
                keep_draft(name, written, sheet, by=me.email, now=at)
            made = propose(
                written, comment=given["comment"], by=me.email, now=at,
                live_from=_morning(given["day"], me), hand_off=given["hand_off"], draft=given["token"],
            )  # fmt: skip
            return redirect("proposal", made.pk)
        except Mistakes as mistakes:
            diagnostics = list(mistakes.diagnostics)
    told = {
        "form": form,
        "name": name,
        "diagnostics": diagnostics,
        "draft": draft,
        "mine": mine,
        "drafts": [each for each in drafts if each != draft],
        **form_of(str(form["text"].value() or "")),
        "check": reverse("proposal_check") + (f"?name={name}" if name else ""),
    }
    return render(request, "agreements/edit.html", told, status=422 if form.errors or diagnostics else 200)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def checked(request: HttpRequest) -> HttpResponse:
    """Keep what is being written; show what is wrong in it, what it says, and who else writes at the same."""
    me, at = user_of(request), now()
    text, name = plain(request.POST.get("text", "")), request.GET.get("name", "")
    agreement, diagnostics = looked_at(text)
    live = live_of(agreement.name, at) if agreement else None
    changes = diff(agreement_of(live), agreement) if live and agreement else []
    told: dict[str, Any] = {
        "diagnostics": diagnostics,
        "wrong": [each for each in diagnostics if each.level is Level.MISTAKE],
        "agreement": agreement,
        "chapters": spoken(agreement) if agreement else [],
        "live": live,
        "changes": changes,
        "effect": balance(changes) if changes else None,
    }
    # What is opened is no work yet: the first change makes it some.
    token, after, opened = map(request.POST.get, ("token", "after", "opened"), ("",) * 3)
    begun = plain(request.POST.get("begun", "")) == text
    if token and (not begun or Draft.objects.filter(token=token[:32], by=me).exists()):
        sheet = Sheet(token[:32], after=number_in(after), opened=number_in(opened) or at)
        try:
            kept = keep_draft(name, text, sheet, by=me.email, now=at)
        except Mistakes as mistakes:
            told["unkept"] = mistakes.diagnostics[0]
        else:
            told |= {"kept": kept.draft, "others": [(each, _lines(text, each.text)) for each in kept.others]}
    return render(request, "agreements/checked.html", told)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Throw a draft of one's own away."""
    draft = Draft.objects.filter(pk=number, by=user_of(request)).first()
    if draft is None:
        raise Http404
    if request.method == "POST":
        discard_draft(number, by=user_of(request).email)
    return redirect("agreement", draft.name) if draft.name else redirect("agreements")


def _lines(mine: str, theirs: str) -> str:
    """Return how another's text differs from one's own, line by line: − mine, + theirs."""
    told = difflib.unified_diff(mine.splitlines(), theirs.splitlines(), "yours", "theirs", n=1, lineterm="")
    return "\n".join(told)


def _beginning(request: HttpRequest, name: str, now: int, drafts: list[Draft]) -> tuple[str, Draft | None]:
    """Return the text to begin with, and the draft that it is, if it is one.

    What is live with other numbers, another's text under a name of its own, a proposal, version or draft
    that is asked for, else one's own latest draft, else what is live, else an example.
    """
    copied, again, asked, draft = map(number_in, map(request.GET.get, ("copy", "proposal", "from", "draft")))
    if again is not None:
        proposed: Proposal | None = Proposal.objects.filter(pk=again, name=name).first()
        if proposed is None:
            raise Http404
        return str(proposed.text), None
    if copied is not None and not name:
        return _copy(copied), None
    if request.GET.get("what_if"):
        return _changed(name, request.GET.dict(), now), None
    if asked is not None:
        version: Publication | None = Publication.objects.filter(pk=asked, name=name).first()
        if version is None:
            raise Http404
        return version.text, None
    if draft is not None:
        chosen = next((each for each in drafts if each.pk == draft), None)
        if chosen is None:
            raise Http404
        return chosen.text, chosen
    own = next((each for each in drafts if each.by == request.user), None)
    if own is not None:
        return own.text, own
    live = live_of(name, now) if name else None
    if name and live is None:
        latest = Publication.objects.filter(name=name).order_by("live_from").last()
        if latest is None:
            raise Http404
        return str(latest.text), None
    return (live.text if live else _EXAMPLE), None


def _copy(number: int) -> str:
    """Return the text of a version under a name that no agreement has yet."""
    version: Publication | None = Publication.objects.filter(pk=number).first()
    if version is None:
        raise Http404
    names = (f"{version.name}-{after}" for after in count(2))
    free = next(name for name in names if not Publication.objects.filter(name=name).exists())
    title = agreement_of(version).title
    try:
        text = with_value(str(version.text), ("agreement",), free)
        return with_value(text, ("title",), f"{title} (copy)") if title else text
    except Mistakes:  # it is written in an unusual way: whoever copies it names it
        return str(version.text)


def _changed(name: str, said: Mapping[str, str], now: int) -> str:
    """Return what is live with the numbers that were tried on the past, comments and all."""
    live = live_of(name, now)
    if live is None:
        raise Http404
    agreement = agreement_of(live)
    changes = changes_in(agreement, said)
    try:
        other = supposed(agreement, changes)
    except Mistakes as mistakes:
        raise Http404 from mistakes
    try:
        text = reduce(lambda text, each: with_parameter(text, *each), changes.items(), plain(live.text))
    except Mistakes:  # written for several places at once: then it is written anew
        return other.source
    written, _ = read(text)
    return text if written is not None and written.fingerprint == other.fingerprint else other.source


def _morning(day: date | None, user: User) -> int | None:
    """Return when a day begins where somebody is."""
    if day is None:
        return None
    began = datetime.combine(day, time(), ZoneInfo(user.timezone or "UTC")).astimezone(UTC)
    return int(began.timestamp()) * 1_000_000
