"""What does the made sales team do about a lead that it has, and when?

What comes next follows from how far the hand-off is, so that whoever comes in the middle of it can go on. Who
would buy, and why others are sent back, is what was planted in the made company; of whoever is not of
it, it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import NamedTuple

from handraiser.edge.acme import PERSONAS
from handraiser.edge.acme.ledger import NOTES
from handraiser.edge.acme.sales import BACK, REASONS
from handraiser.edge.played.cast import DEMO_USERS, MANAGER
from handraiser.errors import Mistakes
from handraiser.flows import logging_work, verdicts
from handraiser.flows.live import agreement_of
from handraiser.handoff.calendar import ROUND_THE_CLOCK, Calendar
from handraiser.handoff.clocks import Clock
from handraiser.lifecycle.stages import Stage
from handraiser.store.bulk import query
from handraiser.store.models import Deadline, Handoff, LogEntry

__all__ = ["Next", "Planted", "drawing", "next_of", "number_of_lead"]

_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_SQL = {each.name: each.sql for each in PERSONAS}
_LATELY = 4 * _DAY
_FOR_VIEWERS = 10 * _HOUR  # what came in since is left for whoever signs in
_VIEWERS = frozenset(each.email for each in DEMO_USERS)
_BREACHED, _UNSEEN = 0.10, 0.03  # of those handed off: accepted too late, and never
_FORGOTTEN = 0.35  # of those accepted lately: not yet called
_SAID = {
    "call": ("Reached them, good talk.", "Voicemail, will try again.", "They asked about the roll-out.", ""),
    "email": ("Sent the guide and two dates.", "Sent prices as asked.", ""),
}


class Planted(NamedTuple):
    """What somebody is like, and whether they would buy."""

    persona: str
    buys: bool


class Next(NamedTuple):
    """What is done next of an episode, at an instant."""

    at: int
    episode: int
    act: Callable[[int], object]

    def happen(self, now: int) -> None:
        """Do it; what is not allowed any more is left."""
        with suppress(Mistakes):
            self.act(now)


def drawing(seed: str) -> Random:
    """Return dice that fall alike for the same words."""
    return Random(seed)  # noqa: S311  nothing is kept secret by it


def number_of_lead(handoff: Handoff) -> str:
    """Return by which id the made company knows a lead; empty where it does not."""
    sql = (
        "SELECT value FROM store_identifier JOIN store_person AS person ON person.id = person_id "
        "JOIN store_person AS lead ON lead.root_id = person.root_id "
        "WHERE lead.id = %s AND kind = 'user' ORDER BY value LIMIT 1"
    )
    found = query(sql, [handoff.episode.lead_id])
    return str(found[0][0]) if found else ""


def next_of(handoff: Handoff, planted: Mapping[str, Planted], *, now: int, until: int) -> Next | None:
    """Return what is done next of a hand-off, None where nothing is.

    until  when what is played ends: what came lately may still wait then
    """
    done = LogEntry.objects.filter(episode=handoff.pk).count()
    random = drawing(f"{handoff.pk} {handoff.stage} {done} {handoff.round}")
    lead = planted.get(number_of_lead(handoff)) or _drawn(handoff)
    desk = _Desk(handoff, random, lead, done, now)
    if handoff.ended_at is not None:
        return None
    if handoff.owner is not None and handoff.owner.email in _VIEWERS:
        waits = until - (handoff.handed_at or now)
        if waits < _FOR_VIEWERS:
            return None
        if waits < _LATELY and handoff.stage in (Stage.MQL, Stage.SAL):
            return desk.accepts_soon() if handoff.stage == Stage.MQL else None
    lately = until - max(handoff.stage_at, handoff.round_at or 0) < _LATELY
    match Stage(handoff.stage):
        case Stage.MQL:
            return desk.accepts()
        case Stage.SAL if handoff.contacted_at is None:
            return None if lately and random.random() < _FORGOTTEN else desk.calls()
        case Stage.SAL:
            return desk.goes_on() or desk.judges()
        case Stage.SQL:
            return desk.opens()
        case Stage.OPPORTUNITY:
            return desk.concludes()
    return None


def _drawn(handoff: Handoff) -> Planted:
    """Return what somebody is like of whom nothing was planted."""
    random = drawing(f"planted {handoff.episode.lead_id}")
    persona = random.choice(["champion", "champion", "researcher", "newsletter_only", "student"])
    return Planted(persona, persona == "champion" and random.random() < 0.6)


class _Desk:
    """A lead on somebody's desk: what they do about it next."""

    def __init__(self, handoff: Handoff, random: Random, lead: Planted, done: int, now: int) -> None:
        self._handoff, self._random, self._lead, self._done, self._now = handoff, random, lead, done, now
        agreement = agreement_of(handoff.episode.publication)
        clock = Clock(agreement, handoff.episode.hand_raise, handoff.first_route, handoff.zone)
        self._hours: Calendar = clock.calendar() or ROUND_THE_CLOCK
        self._currency = agreement.currency or "USD"

    def accepts(self) -> Next | None:
        draw = self._random.random()
        if self._handoff.owner_id is None:
            return self._in_days(2, 4, self._give_to_somebody) if draw < 0.5 else None
        if draw < _UNSEEN:
            return None
        due = Deadline.objects.filter(
            episode=self._handoff.pk, kind="accept", act="due", round=self._handoff.round
        ).first()
        since = self._handoff.round_at or self._handoff.handed_at or self._now
        length = self._hours.open_between(since, due.due_at) if due else 2 * _HOUR
        late = draw < _UNSEEN + _BREACHED
        share = self._random.uniform(1.05, 1.6) if late else 0.03 + 0.9 * self._random.betavariate(1.2, 3)
        return self._next(
            self._hours.after(since, round(length * share)),
            lambda now: verdicts.accept(self._handoff.pk, by=self._owner(), now=now),
        )

    def accepts_soon(self) -> Next:
        """Accept within the hour, whatever the hour is: then it waits to be called."""
        at = (self._handoff.handed_at or self._now) + round(self._random.uniform(5, 50) * _MINUTE)
        return self._next(at, lambda now: verdicts.accept(self._handoff.pk, by=self._owner(), now=now))

    def calls(self) -> Next:
        hasty = self._handoff.episode.hand_raise
        wait = self._random.uniform(2, 25) if hasty else self._random.lognormvariate(4, 0.9)
        at = self._hours.after(self._handoff.stage_at, round(wait * _MINUTE))
        return self._next(at, self._logs("call"))

    def goes_on(self) -> Next | None:
        """Do another step of the follow-up, if any more is done."""
        if self._done >= 3 or self._random.random() > 0.75:
            return None
        return self._in_days(0.3, 2, self._logs("email" if self._done == 1 else "call"))

    def judges(self) -> Next | None:
        chance = 0.8 if self._lead.buys else 0.15 + _SQL.get(self._lead.persona, 0.1)
        if drawing(f"judged {self._handoff.pk}").random() < chance:
            return self._in_days(
                1, 8, lambda now: verdicts.qualify_sales(
                    self._handoff.pk, by=self._owner(), now=now, note=self._note("")
                )
            )  # fmt: skip
        return self._in_days(2, 15, self._sends_back)

    def opens(self) -> Next | None:
        if self._random.random() > 0.85:
            return self._in_days(4, 15, self._sends_back)
        amount = round(self._random.lognormvariate(9.2, 0.7), -2)
        return self._in_days(
            2, 15, lambda now: verdicts.open_opportunity(
                self._handoff.pk, by=self._owner(), now=now, amount=amount, currency=self._currency
            )
        )  # fmt: skip

    def concludes(self) -> Next | None:
        if self._random.random() < 0.08:
            return None
        if self._lead.buys:
            return self._in_days(
                10, 60, lambda now: verdicts.win(self._handoff.pk, by=self._owner(), now=now)
            )
        rival = self._random.choice(["Rival CRM", "Other CRM", "spreadsheet", None])
        return self._in_days(
            10, 70, lambda now: verdicts.lose(
                self._handoff.pk, by=self._owner(), now=now, reason=self._reason(), competitor=rival
            )
        )  # fmt: skip

    def _sends_back(self, now: int) -> object:
        reason = self._reason()
        return verdicts.recycle(
            self._handoff.pk, by=self._owner(), now=now, reason=reason, note=self._note(reason)
        )

    def _logs(self, kind: str) -> Callable[[int], object]:
        note = self._random.choice(_SAID[kind])
        return lambda now: logging_work.log(self._handoff.pk, kind=kind, by=self._owner(), now=now, note=note)

    def _give_to_somebody(self, now: int) -> object:
        sql = (
            "SELECT email FROM store_user AS seller WHERE role = 'sales' AND left_at IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM store_timeoff WHERE user_id = seller.id AND begins_at <= %s AND ends_at > %s) "
            "ORDER BY email"
        )
        to = self._random.choice([email for (email,) in query(sql, [now, now])])
        return logging_work.assign(self._handoff.pk, to=to, by=MANAGER, now=now)

    def _owner(self) -> str:
        """Return whose it is by now: it may have gone to another since this was thought of."""
        found = Handoff.objects.select_related("owner").get(pk=self._handoff.pk).owner
        return MANAGER if found is None else str(found.email)

    def _reason(self) -> str:
        weights = BACK.get(self._lead.persona, (1, 1, 1, 0, 1, 0, 0))
        return self._random.choices(REASONS, weights)[0]

    def _note(self, reason: str) -> str:
        return self._random.choice(NOTES[reason])

    def _in_days(self, least: float, most: float, act: Callable[[int], object]) -> Next:
        at = max(self._now, self._handoff.stage_at) + round(self._random.uniform(least, most) * _DAY)
        return self._next(self._hours.after(at, round(self._random.uniform(1, 90) * _MINUTE)), act)

    def _next(self, at: int, act: Callable[[int], object]) -> Next:
        return Next(max(at, self._now), self._handoff.pk, act)
