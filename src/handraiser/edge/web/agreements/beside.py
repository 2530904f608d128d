"""What does the form show of the text beside it, and what is the text once something was done in it?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from handraiser.agreement import read
from handraiser.agreement.model import Agreement
from handraiser.agreement.spans import Path
from handraiser.edge.web.agreements.form import drawn
from handraiser.edge.web.agreements.form_acts import act_of, done
from handraiser.edge.web.frame.access import page
from handraiser.errors import Diagnostic, Mistakes
from handraiser.flows.unheard import undone, unheard
from handraiser.scoring.lint import lint_alone
from handraiser.store.models import User

__all__ = ["MARKETING", "beside", "form_of", "looked_at", "plain"]

MARKETING = frozenset({User.Role.MARKETING})


def plain(text: str) -> str:
    """Return a text as it stands in a file: browsers send other ends of lines."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def looked_at(text: str) -> tuple[Agreement | None, tuple[Diagnostic, ...]]:
    """Return the agreement that a text is, None where it is none, and all that is wrong or looks so in it."""
    agreement, diagnostics = read(plain(text), file="the agreement")
    if agreement is None:
        return None, diagnostics
    doubts = (*lint_alone(agreement), *unheard(agreement), *undone(agreement))
    return agreement, (*diagnostics, *sorted(doubts, key=lambda each: each.at))


def form_of(text: str) -> dict[str, Any]:
    """Return the form of a text; or what keeps it from being one, and in which line."""
    _, diagnostics = looked_at(text)
    try:
        return {"drawn": drawn(text, diagnostics)}
    except Mistakes as mistakes:
        wrong = [each for each in diagnostics if each.code.startswith("HR2")]  # what YAML makes of it
        return {"broken": (wrong or list(mistakes.diagnostics))[0]}


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def beside(request: HttpRequest) -> HttpResponse:
    """Return a text with what was done in its form, and the form of that, for scripts of ours.

    What cannot be done is told, and the text is as it was.
    """
    text = request.POST.get("text", "").replace("\r\n", "\n")
    act = act_of(request.POST.dict())
    shows: Path = ()
    refused = ""
    if act is not None:
        try:
            text, shows = done(text, act)
        except Mistakes as mistakes:
            refused = _told(mistakes.diagnostics[0])
    found = form_of(text)
    told: dict[str, Any] = {"text": text, "shows": list(shows), "refused": refused}
    if "broken" in found:
        told |= {"broken": _told(found["broken"]), "line": found["broken"].at.line}
    else:
        told["form"] = render_to_string("agreements/form.html", found, request)
    return JsonResponse(told)


def _told(wrong: Diagnostic) -> str:
    return f"{wrong.says} {wrong.fix}"
