"""Where is what happens to be told, what is still to be told there, and what became of it?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from handraiser.store.models.scoring import Episode

__all__ = ["Destination", "Informed", "Outgoing"]


class Destination(models.Model):
    """Somewhere that is told of what happens: a program, a channel or a mailbox.

    address        a URL, or an e-mail address; `owner` and `manager` are those of the lead
    secret         what messages to it are signed with, encrypted; empty where nothing is signed
    old_secret     the one before, while both are used; and until when
    kinds          what it wants to be told, by the names of messages; empty for all
    agreement      of which agreement, empty for all
    failing_since  None while it takes what it is told
    rests_until    nothing is sent to it before: it asked for that, or does not answer
    disabled_at    None while it is told anything
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook"
        SLACK = "slack"
        TEAMS = "teams"
        EMAIL = "email"

    name = models.TextField(unique=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    address = models.TextField()
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True)
    old_secret_until = models.BigIntegerField(null=True)
    kinds = models.JSONField(default=list)
    agreement = models.TextField(blank=True)
    created_at = models.BigIntegerField()
    failing_since = models.BigIntegerField(null=True)
    rests_until = models.BigIntegerField(default=0)
    disabled_at = models.BigIntegerField(null=True)
    disabled_why = models.TextField(blank=True)


class Outgoing(models.Model):
    """Something to be told to somewhere: written with what it tells of, sent afterwards.

    Of one lead a destination is told one thing after the other, in the order in which they were written.

    key        by which whoever gets it twice can tell: `webhook-id` of all attempts
    lead       the number of the lead
    kind       `lead.mql` and the like (docs/contract.md)
    occasion   which of its kind, of this episode: a deadline's or a move's number; 0 where there is but one
    payload    all that it says; it is never made anew
    due_at     when it is to be tried next
    attempts   how often it was tried
    done_at    when it was delivered or given up
    delivered  whether it was delivered
    error      what the last attempt came to
    """

    destination = models.ForeignKey(Destination, models.PROTECT, related_name="outgoing", db_index=False)
    key = models.CharField(max_length=40, unique=True)
    lead = models.BigIntegerField()
    episode = models.ForeignKey(Episode, models.PROTECT, null=True, related_name="outgoing", db_index=False)
    kind = models.TextField()
    occasion = models.BigIntegerField(default=0)
    payload = models.JSONField()
    created_at = models.BigIntegerField()
    due_at = models.BigIntegerField()
    attempts = models.IntegerField(default=0)
    claimed_until = models.BigIntegerField(default=0)
    claimed_by = models.CharField(max_length=32, default="")
    done_at = models.BigIntegerField(null=True)
    delivered = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "episode", "kind", "occasion"], name="told_to_somewhere_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["destination", "lead", "id"], condition=Q(done_at=None), name="still_to_tell"
            ),
            # All of the order in which they are looked for, or all that wait would be sorted for a few.
            models.Index(
                fields=["destination", "due_at", "id"], condition=Q(done_at=None), name="to_tell_next"
            ),
            models.Index(
                fields=["destination", "id"],
                condition=Q(done_at__isnull=False, delivered=False),
                name="given_up",
            ),
            models.Index(fields=["lead", "created_at", "id"], name="told_of_a_lead"),
        ]


class Informed(models.Model):
    """A program was told of a lead, in messages that are not kept any more: it may keep them still.

    lead  the number that it was told of it by
    """

    destination = models.ForeignKey(Destination, models.PROTECT, related_name="informed", db_index=False)
    lead = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "destination"], name="informed_of_a_lead_once")
        ]
