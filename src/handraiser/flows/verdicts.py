"""What does sales say of a lead that it was handed?

Each verb is one transaction, or a part of the one that its caller has begun. `by` is the address of a user,
`now` the instant at which they say it, in microseconds, and `through` the key or the terminal it came by.
What has been said already, by the same user in the same words, is no mistake, and nothing is written for it.
Each returns the hand-off as it is then, and raises Mistakes where there is none, where they may not, or where
the agreement does not know what they say; `moving.Barred`, one of these, where the stage does not follow.
"""

from __future__ import annotations

from django.db import transaction

from handraiser.flows import spoken
from handraiser.flows.held import Giver, Held, giver_of, hold
from handraiser.flows.moving import Verdict, latest_move, move
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import Stage
from handraiser.store.models import Handoff

__all__ = [
    "accept", "disqualify", "expire", "give", "lose", "open_opportunity", "qualify_sales", "recycle",
    "reopen", "win",
]  # fmt: skip

_BY = "handraiser"
_EXPIRED = "expired"


def accept(episode: int, *, by: str, now: int, note: str = "", through: str = "") -> Handoff:
    """Sales takes it. Who is not its owner may, where it is nobody's or their team's: it is theirs then."""
    return _say(episode, Act.ACCEPT, Verdict(Stage.SAL, note=note), by, now, through)


def recycle(
    episode: int, *, by: str, now: int, reason: str | None, note: str = "", rule: str | None = None,
    through: str = "",
) -> Handoff:  # fmt: skip
    """Sales sends it back to marketing; `rule` is the one that misled, by its name."""
    verdict = Verdict(Stage.RECYCLED, reason, note, rule)
    return _say(episode, Act.RECYCLE, verdict, by, now, through)


def disqualify(
    episode: int, *, by: str, now: int, reason: str | None, note: str = "", rule: str | None = None,
    through: str = "",
) -> Handoff:  # fmt: skip
    """It is no lead at all; `rule` is the one that misled, by its name."""
    verdict = Verdict(Stage.DISQUALIFIED, reason, note, rule)
    return _say(episode, Act.DISQUALIFY, verdict, by, now, through)


def qualify_sales(episode: int, *, by: str, now: int, note: str = "", through: str = "") -> Handoff:
    """Sales finds it qualified; the note says why."""
    return _say(episode, Act.SQL, Verdict(Stage.SQL, note=note), by, now, through)


def open_opportunity(
    episode: int, *, by: str, now: int, amount: float | None = None, currency: str | None = None,
    expected_close: str | None = None, note: str = "", through: str = "",
) -> Handoff:  # fmt: skip
    """There is a deal to win; the day it is expected to close is ISO 8601, the currency the agreement's."""
    verdict = Verdict(
        Stage.OPPORTUNITY, note=note, amount=amount, currency=currency, expected_close=expected_close
    )
    return _say(episode, Act.OPPORTUNITY, verdict, by, now, through)


def win(
    episode: int, *, by: str, now: int, amount: float | None = None, currency: str | None = None,
    note: str = "", through: str = "",
) -> Handoff:  # fmt: skip
    """It bought; for as much as the opportunity was said to be worth, where no other amount is."""
    verdict = Verdict(Stage.CUSTOMER, note=note, amount=amount, currency=currency)
    return _say(episode, Act.WON, verdict, by, now, through)


def lose(
    episode: int, *, by: str, now: int, reason: str | None = None, competitor: str | None = None,
    note: str = "", through: str = "",
) -> Handoff:  # fmt: skip
    """It did not buy, for a reason in their words; `competitor` is from whom it did."""
    verdict = Verdict(Stage.LOST, reason, note, competitor=competitor)
    return _say(episode, Act.LOST, verdict, by, now, through)


def reopen(episode: int, *, by: str, now: int, note: str = "", through: str = "") -> Handoff:
    """What closed the lead holds no longer: it may become an MQL again, as another episode."""
    return _say(episode, Act.REOPEN, Verdict(Stage.LEAD, note=note), by, now, through)


def expire(episode: int, *, now: int) -> bool:
    """Recycle what nobody gave a verdict on; return whether there was none."""
    with transaction.atomic():
        held = hold(episode)
        if held.handoff.stage != Stage.MQL:
            return False
        out = any(each.name == _EXPIRED and each.disqualify for each in held.agreement.recycle.reasons)
        verdict = Verdict(Stage.DISQUALIFIED if out else Stage.RECYCLED, _EXPIRED)
        move(held, verdict, Giver(_BY), now=now, expired=True)
    return True


def give(held: Held, verdict: Verdict, giver: Giver, *, now: int) -> None:
    """Have something said of a hand-off that is held, if it has not been said already."""
    said = _checked(held, verdict)
    if not _said_already(held, said, giver):
        move(held, said, giver, now=now)


def _say(episode: int, act: Act, verdict: Verdict, by: str, now: int, through: str) -> Handoff:
    with transaction.atomic():
        held = hold(episode)
        give(held, verdict, giver_of(held, act, by, through), now=now)
        return held.handoff


def _checked(held: Held, verdict: Verdict) -> Verdict:
    """Return a verdict in the words of the agreement, with what goes without saying."""
    agreement = held.agreement
    reason = spoken.reason(
        agreement, verdict.reason, needed=verdict.becomes in (Stage.RECYCLED, Stage.DISQUALIFIED),
        free=verdict.becomes is Stage.LOST,
    )  # fmt: skip
    said = verdict._replace(
        reason=None if reason is None else reason.name,
        note=spoken.note(verdict.note),
        misled_by=spoken.rule(agreement, verdict.misled_by),
        amount=spoken.amount(verdict.amount),
        currency=spoken.currency(verdict.currency),
        expected_close=spoken.close(verdict.expected_close),
        competitor=spoken.competitor(verdict.competitor),
    )
    if reason is not None and reason.disqualify:
        return said._replace(becomes=Stage.DISQUALIFIED)
    return _worth(held, said)


def _worth(held: Held, said: Verdict) -> Verdict:
    """Return a verdict with the currency of its amount, and a customer with the opportunity's amount."""
    latest = latest_move(held.handoff.pk)
    if said.becomes is Stage.CUSTOMER and said.amount is None and latest is not None:
        # The latest is the opportunity, or the same verdict, said again.
        known = latest.details
        said = said._replace(amount=known.get("amount"), currency=said.currency or known.get("currency"))
    if said.amount is None:
        return said
    return said._replace(currency=said.currency or held.agreement.currency or None)


def _said_already(held: Held, said: Verdict, giver: Giver) -> bool:
    if held.handoff.stage != said.becomes:
        return False
    latest = latest_move(held.handoff.pk)
    if latest is None or latest.by != giver.address:
        return False
    if said.becomes is Stage.SAL:
        return True
    return (latest.why, latest.note, latest.details) == (said.reason or "", said.note, said.details)
