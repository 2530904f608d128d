"""Who in sales takes leads, what has become of each MQL with them, and what is due when?

An episode (`scoring.Episode`) is what the agreement found; a hand-off is what sales makes of it. Of whatever
can be asked "who did it, and when?" there is a row that is never changed: moves, assignments, the log.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from handraiser.store.models.governing import User
from handraiser.store.models.people import Company, Person
from handraiser.store.models.scoring import Episode

__all__ = [
    "Alarm",
    "Assignment",
    "Deadline",
    "Handoff",
    "Member",
    "Move",
    "Outcome",
    "Pause",
    "Team",
    "TimeOff",
    "LogEntry",
]


class Team(models.Model):
    """Those who share leads.

    fallback  who gets what nobody of them can take
    turn      how far turns have come: nobody who was away makes up for more (`handoff.turns`)
    """

    name = models.TextField(unique=True)
    fallback = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    manager = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    turn = models.BigIntegerField(default=0)


class Member(models.Model):
    """Somebody of a team: how many of its leads, of each `weight` one, and how many at most.

    per_day, per_30_days  None: as many as there are
    turn                  when it is their turn (`handoff.turns`)
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    weight = models.IntegerField(default=1)
    per_day = models.IntegerField(null=True)
    per_30_days = models.IntegerField(null=True)
    active = models.BooleanField(default=True)
    turn = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="in_a_team_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="weights_count_from_one"),
        ]


class TimeOff(models.Model):
    """Somebody is away. At `begins_at` what is theirs is handed over, once.

    cover           to whom; None: by the rules that gave it to them
    handed_over_at  when that was done
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="times_off")
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    cover = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    why = models.TextField(blank=True)
    created_at = models.BigIntegerField()
    handed_over_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("begins_at")), name="away_for_a_while")
        ]
        indexes = [
            models.Index(fields=["begins_at"], condition=Q(handed_over_at=None), name="to_be_handed_over")
        ]


class Handoff(models.Model):
    """An episode with sales: how far it is, and whose. What led there stands in its moves and assignments.

    routes       the places of the agreement's routes that the lead met when the episode began
    company_owner  whom the attribute `company.owner` named then
    agreement    its name: of those episodes of a lead under one agreement, one at most is open
    first_route  by which it was handed off: what else was promised then goes on, whoever has it
    zone         the owner's when it was handed off, empty for none: clocks that run are counted in it
    handed_at    when it was handed off, from when on its clocks run; None: never, it is from history
    round        of its `accept_within`: 0 at first, another with each reassignment
    round_at     when it began last
    accept_business, contact_business
                 open time until then, in microseconds; None until then, or where no hours are agreed
    ended_at     None while it is open
    due_at       when the next of its promises is due, or was that is not kept; kept by `flows.due`
    hand_raise   whether a hand-raise began it, as its episode has it
    reason       why it was sent back, by the agreement's name for it
    """

    episode = models.OneToOneField(Episode, models.PROTECT, primary_key=True, related_name="handoff")
    agreement = models.TextField()
    stage = models.CharField(max_length=12)
    stage_at = models.BigIntegerField()
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="handoffs", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    route = models.IntegerField(null=True)
    routes = models.JSONField(default=list)
    company_owner = models.TextField(null=True)
    zone = models.TextField(blank=True, default="")
    first_route = models.IntegerField(null=True)
    handed_at = models.BigIntegerField(null=True)
    round = models.IntegerField(default=0)
    round_at = models.BigIntegerField(null=True)
    accepted_at = models.BigIntegerField(null=True)
    accept_business = models.BigIntegerField(null=True)
    contacted_at = models.BigIntegerField(null=True)
    contact_business = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    reason = models.TextField(null=True)
    due_at = models.BigIntegerField(null=True)
    hand_raise = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "handed_at"], condition=Q(ended_at=None), name="owners_open"),
            models.Index(fields=["due_at", "episode"], condition=Q(ended_at=None), name="open_by_due"),
            models.Index(
                fields=["owner", "due_at", "episode"], condition=Q(ended_at=None), name="owners_by_due"
            ),
            # With all that a board counts.
            models.Index(
                fields=["team", "due_at", "episode", "owner", "stage", "handed_at"],
                condition=Q(ended_at=None),
                name="teams_by_due",
            ),
            models.Index(
                fields=["due_at", "episode"],
                condition=Q(ended_at=None, hand_raise=True, stage="mql"),
                name="asked_by_due",
            ),
        ]


class Move(models.Model):
    """From one stage to another; only ever added to.

    was       empty where an episode begins
    by        an address, or `handraiser` where nobody decided it
    why       a reason of the agreement, or what handraiser saw
    details   what came with it: amount, expected_close, currency, competitor, misled_by
    inferred  passed over: whoever comes to a later stage has been there
    undoes    the move that this one takes back
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="moves")
    at = models.BigIntegerField()
    was = models.CharField(max_length=12)
    became = models.CharField(max_length=12)
    by = models.TextField()
    why = models.TextField(blank=True)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    inferred = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")


class Assignment(models.Model):
    """An episode was given to somebody, or to nobody; only ever added to.

    kind    route, reassign, cover or hand
    why     in words: which route, whose turn, who was passed over
    undoes  the giving that this one takes back
    behind  of what somebody gave away: the last move by then
    was_round, was_round_at
            of the same: the hand-off's `round` before
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    by = models.TextField()
    why = models.TextField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    behind = models.ForeignKey(Move, models.PROTECT, null=True, related_name="+", db_index=False)
    was_round = models.IntegerField(null=True)
    was_round_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "at"])]


class Alarm(models.Model):
    """Something that a person has to see to; an episode without owner has one that is open."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=12)
    why = models.TextField()
    opened_at = models.BigIntegerField()
    closed_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "kind"], condition=Q(closed_at=None), name="one_alarm_at_a_time"
            )
        ]


class Deadline(models.Model):
    """Something is to happen at an instant unless what it waits for happens before; it happens once.

    kind      of which promise: accept, contact, follow_up; or expire
    step      of follow_up which, from 0
    round     of `Handoff.round`; 0 for all but accept
    act       remind, due, escalate or expire
    share     of the promise's own time, 1 where it is due
    to        of escalate: to whom
    due_at    moves where the clock was stopped meanwhile
    done_at   when it happened, or was no longer needed; None while it waits
    fired     whether it happened
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="deadlines", db_index=False)
    kind = models.CharField(max_length=9)
    step = models.IntegerField(default=0)
    round = models.IntegerField(default=0)
    act = models.CharField(max_length=8)
    share = models.FloatField(default=1.0)
    to = models.TextField(blank=True)
    due_at = models.BigIntegerField()
    held = models.BooleanField(default=False, db_default=False)
    done_at = models.BigIntegerField(null=True)
    fired = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "kind", "step", "round", "act", "share", "to"], name="due_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, held=False), name="what_is_due_next"),
            models.Index(
                fields=["due_at"],
                condition=Q(act="due", kind__in=("accept", "contact")),
                name="promises_by_time",
            ),
        ]


class LogEntry(models.Model):
    """Somebody of sales called, wrote, met or noted something: the first that is no note is first contact.

    kind  call, email, meeting, note, or what the agreement's follow-up calls it
    at    when it was done, which may be before it was logged
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="log")
    kind = models.TextField()
    at = models.BigIntegerField()
    logged_at = models.BigIntegerField()
    by = models.TextField()
    note = models.TextField(blank=True)


class Pause(models.Model):
    """The clocks of an episode stood still, for a reason such as waiting for the lead."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="pauses")
    why = models.TextField()
    by = models.TextField()
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["episode"], condition=Q(ends_at=None), name="one_pause_at_a_time")
        ]


class Outcome(models.Model):
    """What sales said of a lead, as scoring reads it (AGREEMENT.md, section 2).

    person     whose it was then; it is of whoever they are one with
    company    where they worked then
    episode    None: of a lead without one; it skips the MQL
    agreement  its name, empty for all of them
    undone_at  when it was taken back; it has never been, then
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="outcomes")
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="outcomes")
    episode = models.ForeignKey(Episode, models.PROTECT, null=True, related_name="outcomes")
    agreement = models.TextField(blank=True)
    stage = models.CharField(max_length=12)
    at = models.BigIntegerField()
    known_at = models.BigIntegerField()
    reason = models.TextField(null=True)
    amount = models.FloatField(null=True)
    currency = models.TextField(null=True)
    competitor = models.TextField(null=True)
    note = models.TextField(null=True)
    misled_by = models.TextField(null=True)
    by = models.TextField()
    undone_at = models.BigIntegerField(null=True)
