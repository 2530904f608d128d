"""What has come in, as it came?"""

from __future__ import annotations

from django.db import models

__all__ = [
    "Event",
    "Arrival",
    "Reject",
]


class Event(models.Model):
    """A message as it was accepted; never changed, and nothing of who it is of.

    imported  whether it tells of the past: it was known when it occurred
    """

    seq = models.BigAutoField(primary_key=True)
    message_id = models.TextField()
    kind = models.CharField(max_length=8)
    event = models.TextField(null=True)
    user_id = models.TextField(null=True)
    anonymous_id = models.TextField(null=True)
    group_id = models.TextField(null=True)
    previous_id = models.TextField(null=True)
    occurred_at = models.BigIntegerField()
    original_at = models.BigIntegerField(null=True)
    sent_at = models.BigIntegerField(null=True)
    received_at = models.BigIntegerField()
    imported = models.BooleanField(db_default=False)
    body = models.TextField()

    class Meta:
        # As `unique` PostgreSQL would get a second index, for patterns that nobody asks for.
        constraints = [models.UniqueConstraint(fields=["message_id"], name="a_message_comes_once")]


class Arrival(models.Model):
    """The events of one request that nobody has looked at yet; gone when they have been.

    It is written together with them. A mark of how far one has read would miss what was being written then.
    """

    seqs = models.JSONField()
    received_at = models.BigIntegerField()


class Reject(models.Model):
    """An item that is no message, as it came, and why: it can be sent again when the reason is gone."""

    reason = models.TextField()
    body = models.BinaryField()
    kind = models.CharField(max_length=8, null=True)
    received_at = models.BigIntegerField()
    replayed_at = models.BigIntegerField(null=True)
