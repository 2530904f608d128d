"""What may programs say of who a lead is, and of what is kept of it?

As what is said of sales it is a POST with a JSON body, of which `by` is the address of a user who may.
"""

from __future__ import annotations

from typing import Literal

from handraiser.edge.web.api import answers
from handraiser.edge.web.api.leads import join_told, joined_to, someone
from handraiser.edge.web.api.verdicts import Body, body_of, instant_said, not_taken
from handraiser.errors import Mistakes
from handraiser.flows.consenting import note_consent
from handraiser.flows.erasing import erase
from handraiser.flows.joining import join
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.stewards import ERASING, lead_called, steward
from handraiser.scoring.cited import moment
from handraiser.store import models
from handraiser.store.consents import consents_of, standing
from handraiser.store.people import Known, link, person

__all__ = ["SayConsent", "SayErase", "SayJoin", "consent_said", "consents_told", "erased", "joined"]


class SayJoin(Body, frozen=True, kw_only=True):
    """Somebody else is the same person: `other` is an id, or an address."""

    other: str


class SayConsent(Body, frozen=True, kw_only=True):
    """What a lead said, of what, when and where."""

    purpose: Literal["mail", "profiling"]
    says: Literal["consent", "objection", "withdrawn"]
    at: str | None = None
    source: str = ""


class SayErase(Body, frozen=True, kw_only=True):
    """Whoever has a lead be forgotten says once more which: it is for good."""

    lead: str


def consents_told(found: Known) -> answers.Consents:
    """Return what somebody agrees and objects to, and all that they said of it, the latest first."""
    holds = standing([found.root]).get(found.root, {})
    return answers.Consents(
        id=str(found.root),
        joined_to=joined_to(found),
        mail=holds.get("mail"),
        profiling=holds.get("profiling"),
        said=[_consent(each) for each in consents_of(found.root)],
    )


def consent_said(found: Known, text: bytes, *, through: str, now: int) -> None:
    """Have it kept what a lead said. Raises Answered where it is refused."""
    said = body_of(text, SayConsent)
    try:
        note_consent(
            found.root, purpose=said.purpose, says=said.says, by=said.by, now=now, at=instant_said(said.at),
            source=said.source, through=through,
        )  # fmt: skip
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None


def joined(found: Known, text: bytes, *, through: str, now: int) -> answers.Joined:
    """Have another be one with a lead; return what came of it. Raises Answered where it is refused."""
    said = body_of(text, SayJoin)
    try:
        other = lead_called(said.other, where="other").root
        made = link(join(found.root, other, by=said.by, now=now, through=through))
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None
    one = person(found.root)
    if made is None or one is None:
        raise AssertionError("joins and people are never taken away")
    return answers.Joined(success=True, join=join_told(made), lead=someone(one))


def erased(found: Known, text: bytes, *, through: str, now: int) -> answers.Erased:
    """Have a lead be forgotten. Raises Answered where it is refused, as where another is named."""
    said = body_of(text, SayErase)
    try:
        user = steward(said.by, may=ERASING)
        meant = lead_called(said.lead, where="lead")
        if meant.root != found.root:
            says = f"`lead` names {said.lead[:80]}, who is another than lead {found.root}."
            raise refused(FlowCode.NOT_ONE, "lead", says, "Name in `lead` whom the address names.")
        done = erase(found.root, who=user.email, now=now, through=through)
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None
    return answers.Erased(success=True, id=str(done.lead), people=done.people, messages=done.messages)


def _consent(each: models.Consent) -> answers.Consent:
    return answers.Consent(
        purpose=each.purpose,
        says=each.says,
        at=moment(each.at),
        source=each.source,
        by=each.by,
        noted_at=moment(each.noted_at),
        message=each.message or None,
    )
