"""What is proposed, what would it have found, what does each side say of it, and do they sign?

What is refused stands in the form; what is done is told at the foot of the page.
"""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.agreement import read
from handraiser.agreement.spoken import spoken
from handraiser.edge.proposal_tests import kept_of
from handraiser.edge.proposals_told import changes_in, figures
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.frame.dialogs import settled
from handraiser.errors import Mistakes
from handraiser.facts.instants import iso
from handraiser.flows.beside import run_beside, stop_beside
from handraiser.flows.proposing import (
    is_outdated,
    proposal_numbered,
    propose_end,
    withdraw,
)
from handraiser.flows.publishing import live_of
from handraiser.flows.sides import SIDES, side_of
from handraiser.flows.signing import decline, remark, sign, why_not_sign
from handraiser.store.models import Proposal, Publication, Remark, User

__all__ = ["end", "proposal", "say", "stop"]

MARKETING = frozenset({User.Role.MARKETING})
SPEAKING = frozenset(set(User.Role) - {User.Role.VIEWER})
_LONGEST = 4_000  # letters of what is said


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
        "my_side": side_of(me),
        "why_not": why_not,
        "may_sign": is_open and why_not is None,
        "may_decline": is_open and me.signs and side_of(me) not in ("", *_signed_by(me, signed)),
        "may_again": me.role == User.Role.MARKETING and not found.ends,
        "runs": _runs_beside(found, at) if is_open else None,
        "may_withdraw": is_open and me.role == User.Role.MARKETING,
        "may_speak": me.role in SPEAKING,
        "waits": is_open and kept is None and not found.ends,
    }
    return render(request, "agreements/proposal.html", told)


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
    return settled(request, form, "Propose it", f"Retire {name}", done, told=told)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, name: str) -> HttpResponse:
    """Have what runs beside run no more."""
    if live_of(name, now(), shadow=True) is None:
        raise Http404

    def done() -> str:
        stop_beside(name, by=user_of(request).email, now=now())
        return "Nothing runs beside it any more."

    return settled(request, forms.Form(request.POST or None), "Stop it", f"What runs beside {name}", done)


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
            case "beside":
                run_beside(number, by=me, now=now())
                return "It runs beside what is live, and hands nothing off."
            case "withdraw":
                withdraw(number, by=me, now=now())
                return "It is withdrawn."
        remark(number, form.cleaned_data["text"], by=me, now=now())
        return "It is said."

    says, does, told = _ACTS[said]
    return settled(request, form, does, says, done, told=told)


_ACTS = {
    "comment": ("Say something", "Say it", ""),
    "sign": (
        "Sign for your side", "Sign",
        "With the signature of the other side it is published. What you sign is what this page shows.",
    ),
    "decline": ("Decline", "Decline", "That ends this proposal. Say what would have to be otherwise."),
    "beside": (
        "Run it beside", "Run it",
        "It decides as if it were live, and hands nothing off; the agreement's page compares both by day.",
    ),
    "withdraw": ("Withdraw", "Withdraw", "It is proposed no more; what was said of it stays."),
}  # fmt: skip


def _signed_by(user: User, signed: Mapping[str, Remark]) -> list[str]:
    """Return for which side somebody has signed already, if for any."""
    return [side for side, each in signed.items() if each.user_id == user.pk]


def _runs_beside(proposal: Proposal, at: int) -> Publication | None:
    """Return since when a proposal runs beside what is live, if it does."""
    runs = live_of(proposal.name, at, shadow=True)
    return runs if runs is not None and runs.fingerprint == proposal.fingerprint else None


def _there(number: int) -> Proposal:
    try:
        return proposal_numbered(number)
    except Mistakes as mistakes:
        raise Http404 from mistakes


def _who_signs(side: str) -> list[User]:
    roles = [role for role, of in SIDES.items() if of == side]
    return list(User.objects.filter(role__in=roles, signs=True, left_at=None).order_by("email"))
