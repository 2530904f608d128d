"""Which agreements have been proposed, what did each side say of them, and what did they read to sign?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from handraiser.store.models.governing import Publication, User

__all__ = ["Draft", "Proposal", "Remark"]


class Proposal(models.Model):
    """An agreement that marketing would have live; or that one of its name is to decide no more.

    against    what was live when it was proposed, with which it is compared; None: nothing of its name
    ends       whether what is live is to end, and nothing takes its place
    live_from  from when on it is to decide; None: as soon as both sides have signed
    hand_off   as `Publication.hand_off`
    changes    how it differs from what it is compared with, as both sides read it
    backtest   what it would have found in the past, of nobody by name; None: not reckoned yet
    """

    class State(models.TextChoices):
        OPEN = "open"
        SIGNED = "signed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    name = models.TextField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    ends = models.BooleanField(default=False)
    against = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="+")
    live_from = models.BigIntegerField(null=True)
    hand_off = models.BooleanField(default=False)
    comment = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="proposals")
    at = models.BigIntegerField()
    changes = models.JSONField()
    backtest = models.JSONField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    ended_at = models.BigIntegerField(null=True)
    publication = models.OneToOneField(Publication, models.PROTECT, null=True, related_name="proposal")

    class Meta:
        indexes = [models.Index(fields=["name", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="what_is_open_has_not_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", publication__isnull=False)
                | ~Q(state="signed") & Q(publication=None),
                name="what_is_signed_is_published",
            ),
        ]


class Remark(models.Model):
    """What somebody said of a proposal; only ever added to.

    side  for which side they signed or declined, empty where they only said something
    """

    class Says(models.TextChoices):
        COMMENT = "comment"
        SIGN = "sign"
        DECLINE = "decline"
        WITHDRAW = "withdraw"

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="remarks")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.BigIntegerField()
    says = models.CharField(max_length=8, choices=Says.choices)
    side = models.CharField(max_length=9, blank=True, default="")
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "side"], condition=Q(says="sign"), name="each_side_signs_once"
            ),
            models.UniqueConstraint(
                fields=["proposal", "user"], condition=Q(says="sign"), name="nobody_signs_twice"
            ),
        ]


class Draft(models.Model):
    """An agreement that is being written. Who begins with one has another: nobody writes over others' work.

    token     of the page on which it is written: what that sends again is the same draft
    name      of the agreement, empty for one that has none yet
    begun_at  when it was begun; `at` is when it was written at last
    after     the draft that it was begun with; None: with what is live, with nothing, or with what is gone
    proposal  what became of it; None: nothing yet
    """

    token = models.CharField(max_length=32, unique=True)
    name = models.TextField()
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="drafts")
    begun_at = models.BigIntegerField()
    at = models.BigIntegerField()
    after = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, related_name="drafts")

    class Meta:
        indexes = [models.Index(fields=["name", "proposal"])]
