"""What have people agreed to or objected to, and who has been forgotten?"""

from __future__ import annotations

from django.db import models

from handraiser.store.models.people import Person

__all__ = ["Consent", "Erasure"]


class Consent(models.Model):
    """Somebody agreed to something, objected to it, or took back what they had said; only ever added to.

    What was said last of a purpose holds, whoever of those who are one person said it.

    person   whose it was then
    at       when they said so
    noted_at when that was written down; `by` whom: an address, or handraiser, of what a message said
    source   where or how they said so: a form, a mail, a call
    message  the id of the message that said so; empty where somebody wrote it down
    """

    class Purpose(models.TextChoices):
        MAIL = "mail"
        PROFILING = "profiling"

    class Says(models.TextChoices):
        CONSENT = "consent"
        OBJECTION = "objection"
        WITHDRAWN = "withdrawn"

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    says = models.CharField(max_length=9, choices=Says.choices)
    at = models.BigIntegerField()
    source = models.TextField(blank=True)
    by = models.TextField()
    noted_at = models.BigIntegerField()
    message = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["purpose", "says"])]


class Erasure(models.Model):
    """A lead was forgotten: what is left of it is a number, for what is counted.

    people      the numbers of all who were one with it, and of others whose rows named it
    lead_since  when it became a lead
    cleared_at  when nothing of it was left in the pages of the database's file either; None: not yet
    """

    lead = models.OneToOneField(Person, models.PROTECT, related_name="erasure")
    people = models.JSONField()
    lead_since = models.BigIntegerField()
    at = models.BigIntegerField()
    cleared_at = models.BigIntegerField(null=True)
