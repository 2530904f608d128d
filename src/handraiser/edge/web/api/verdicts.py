"""What may programs say of a lead on behalf of sales, and what are they answered?

Every verdict is a POST with a JSON body, of which `by` is the address of the user who says it. What has been
said already, in the same words by the same user, is answered with the same state: requests may be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import msgspec

from handraiser.edge.web.answering import Answered, refusal, told
from handraiser.edge.web.api import asked
from handraiser.edge.web.api.asked import no_nul
from handraiser.edge.web.api.bodies import wrong_with
from handraiser.errors import Mistakes
from handraiser.flows.hearing import hear
from handraiser.flows.judging import DoneBy, judge
from handraiser.flows.moving import Barred, Verdict
from handraiser.flows.verbs import VERBS
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import Stage

__all__ = [
    "TAKEN", "Body", "SayJudgement", "SayOutcome", "Taken", "body_of", "instant_said", "judgement_said",
    "not_taken", "outcome_said", "said_of",
]  # fmt: skip


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every verdict takes."""

    by: str


class SayAccept(Body, frozen=True, kw_only=True):
    note: str = ""


class SayRecycle(Body, frozen=True, kw_only=True):
    reason: str | None = None
    note: str = ""
    rule: str | None = None


class SayDisqualify(SayRecycle, frozen=True, kw_only=True):
    pass


class SayLog(Body, frozen=True, kw_only=True):
    kind: str
    at: str | None = None
    note: str = ""


class SaySql(SayAccept, frozen=True, kw_only=True):
    pass


class SayWon(Body, frozen=True, kw_only=True):
    amount: float | None = None
    currency: str | None = None
    note: str = ""


class SayOpportunity(SayWon, frozen=True, kw_only=True):
    expected_close: str | None = None


class SayLost(Body, frozen=True, kw_only=True):
    reason: str | None = None
    competitor: str | None = None
    note: str = ""


class SayReopen(SayAccept, frozen=True, kw_only=True):
    pass


class SayPause(Body, frozen=True, kw_only=True):
    why: str


class SayResume(Body, frozen=True, kw_only=True):
    pass


class SayAssign(Body, frozen=True, kw_only=True):
    to: str
    why: str = ""


class SayUndo(Body, frozen=True, kw_only=True):
    pass


class SayOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another system knows of a lead; without `by` it is the key that says so."""

    stage: str
    by: str = ""
    at: str | None = None
    agreement: str = ""
    reason: str | None = None
    amount: float | None = None
    currency: str | None = None
    competitor: str | None = None
    expected_close: str | None = None
    note: str = ""
    rule: str | None = None


class SayJudgement(Body, frozen=True, kw_only=True):
    """Whether a person or a machine did something."""

    event_id: str
    verdict: DoneBy


class Taken(NamedTuple):
    """A verdict as the API takes it: what it is, and what its body says."""

    summary: str
    body: type[Body]


TAKEN: Mapping[Act, Taken] = {
    Act.ACCEPT: Taken("Sales takes a lead", SayAccept),
    Act.RECYCLE: Taken("Sales sends a lead back to marketing", SayRecycle),
    Act.DISQUALIFY: Taken("It is no lead at all", SayDisqualify),
    Act.LOG: Taken("What sales did: a call, an e-mail, a meeting, a note", SayLog),
    Act.SQL: Taken("Sales finds a lead qualified", SaySql),
    Act.OPPORTUNITY: Taken("There is a deal to win", SayOpportunity),
    Act.WON: Taken("The lead bought", SayWon),
    Act.LOST: Taken("The lead did not buy", SayLost),
    Act.REOPEN: Taken("A lead that is closed may become an MQL again", SayReopen),
    Act.PAUSE: Taken("The clocks stand still, for a reason", SayPause),
    Act.RESUME: Taken("The clocks run again", SayResume),
    Act.ASSIGN: Taken("The lead is somebody else's from now on", SayAssign),
    Act.UNDO: Taken("One's own last verdict is taken back, for ten minutes", SayUndo),
}
_Said = TypeVar("_Said", bound=msgspec.Struct)
_STATUSES = {
    "HR840": 404,
    "HR841": 409,
    "HR844": 403,
    "HR848": 409,
    "HR849": 409,
    "HR860": 404,
    "HR861": 409,
}  # others are 400


def body_of(text: bytes, kind: type[_Said]) -> _Said:
    """Return what a body says. Raises Answered with 400 where it cannot be meant."""
    if b"\\u0000" in text or b"\0" in text:
        no_nul("\0")
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fields = msgspec.structs.fields(kind)
        says = wrong_with(error, [each.encode_name for each in fields])
        raise refusal(400, says, fix=f"It takes {', '.join(map(_told_of, fields))}.") from None


def said_of(act: Act, episode: int, text: bytes, *, through: str, now: int) -> None:
    """Have something said of an episode. Raises Answered where it is refused."""
    said = msgspec.structs.asdict(body_of(text, TAKEN[act].body))
    if "at" in said:
        said["at"] = instant_said(said["at"])
    try:
        VERBS[act](episode, now=now, through=through, **said)
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None


def outcome_said(lead: int, text: bytes, *, through: str, now: int) -> int:
    """Have it kept what became of a lead; return the outcome. Raises Answered where it is refused."""
    said = body_of(text, SayOutcome)
    verdict = Verdict(
        Stage.LEAD, said.reason, said.note, said.rule, said.amount, said.currency, said.expected_close,
        said.competitor, instant_said(said.at),
    )  # fmt: skip
    try:
        heard = hear(
            lead, said.stage, verdict, agreement=said.agreement, by=said.by, through=through, now=now
        )
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None
    return heard.outcomes[-1]


def judgement_said(lead: int, text: bytes, *, through: str, now: int) -> str:
    """Have it said who did something; return the id of what was done. Raises Answered where it is refused."""
    said = body_of(text, SayJudgement)
    try:
        judge(lead, event_id=said.event_id, verdict=said.verdict, by=said.by, now=now, through=through)
    except Mistakes as mistakes:
        raise not_taken(mistakes) from None
    return said.event_id


def _told_of(field: msgspec.structs.FieldInfo) -> str:
    return f"{field.encode_name} (needed)" if field.required else field.encode_name


def instant_said(at: str | None) -> int | None:
    """Return the instant that a body says, None where it says none. Raises Answered with 400."""
    return None if at is None else asked.instant_asked(at)


def not_taken(mistakes: Mistakes) -> Answered:
    """Return the answer to what was refused, with the stages that are allowed where that is why."""
    wrong = mistakes.diagnostics[0]
    says: dict[str, object] = {"success": False, "message": wrong.says, "fix": wrong.fix}
    if isinstance(mistakes, Barred):
        says["allowed"] = mistakes.allowed
    return Answered(told(says, status=_STATUSES.get(wrong.code, 400)))
