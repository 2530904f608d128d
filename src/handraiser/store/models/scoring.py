"""How do leads stand, and when did they become MQLs?"""

from __future__ import annotations

from django.db import models

from handraiser.store.models.governing import Publication
from handraiser.store.models.people import Person

__all__ = [
    "Dirty",
    "Standing",
    "Episode",
    "KeptHits",
]


class Dirty(models.Model):
    """A lead about which something is new, until it has been decided.

    version        grows by one with each thing that is new: what was decided before the latest has to be
                   decided again, and of a lead that nobody has looked at it says how much that is
    since          when the oldest of what is new was received
    behind         whether others come first: nothing has happened, all leads are looked at anew
    claimed_until  0 while nobody is about it
    imported       the instants at which imports have made something known of it since, each with a comma
                   behind: what begins at one of them came as history
    """

    lead = models.OneToOneField(Person, models.CASCADE, primary_key=True, db_constraint=False)
    version = models.BigIntegerField(default=1)
    since = models.BigIntegerField()
    behind = models.BooleanField(default=False)
    claimed_until = models.BigIntegerField(default=0)
    claimed_by = models.CharField(max_length=32, default="")
    imported = models.TextField(default="", db_default="")

    class Meta:
        # Not by who has claimed it: what is in no index is changed in place.
        indexes = [models.Index(fields=["behind", "since"])]


class Standing(models.Model):
    """How a lead stood under an agreement when it was last looked at; can be dropped and made again.

    decided_until  no moment up to this one is asked again by this publication
    """

    lead = models.ForeignKey(
        Person, models.CASCADE, related_name="standings", db_index=False, db_constraint=False
    )
    publication = models.ForeignKey(Publication, models.CASCADE, db_index=False)
    score = models.FloatField()
    fit = models.FloatField()
    engagement = models.FloatField()
    grade = models.TextField(null=True)
    qualified = models.BooleanField()
    at = models.BigIntegerField()
    decided_until = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "publication"], name="one_standing")]


class Episode(models.Model):
    """Somebody became an MQL. Never overwritten: a second time is a second row.

    begun_at      the moment that qualified
    decided_at    when the worker began to look, moments before it was written
    from_history  it began before the agreement was live, or in what was imported: nobody is told
    reasons       the sums, and of every rule its points, at that moment
    """

    lead = models.ForeignKey(Person, models.PROTECT, related_name="episodes")
    agreement = models.TextField()
    shadow = models.BooleanField(default=False)
    ordinal = models.IntegerField()
    begun_at = models.BigIntegerField()
    decided_at = models.BigIntegerField()
    hand_raise = models.BooleanField()
    from_history = models.BooleanField()
    publication = models.ForeignKey(Publication, models.PROTECT)
    fingerprint = models.CharField(max_length=64)
    reasons = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "agreement", "shadow", "ordinal"], name="an_episode_begins_once"
            )
        ]
        indexes = [models.Index(fields=["agreement", "begun_at"])]


class KeptHits(models.Model):
    """The hits of some of a lead's activities, so that they are not matched again; can be dropped.

    ground  what they depend on: what the live agreements ask of events (`scoring.keeping.ground_key`)
    until   the latest activity that has been looked at for it, or for a chunk before
    """

    lead = models.ForeignKey(Person, models.CASCADE, db_index=False, db_constraint=False)
    ground = models.CharField(max_length=32)
    until = models.BigIntegerField()
    hits = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["lead", "ground", "id"])]
