"""The tables. Every time is a number of microseconds since 1970, UTC, as everywhere inside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

__all__ = [
    "Activity",
    "Arrival",
    "Audit",
    "Company",
    "CompanyPatch",
    "Dirty",
    "Episode",
    "Event",
    "Identifier",
    "Join",
    "Key",
    "KeptHits",
    "Name",
    "Outgoing",
    "PersonPatch",
    "Person",
    "Publication",
    "Reject",
    "Standing",
    "User",
]


class User(models.Model):
    """Somebody who signs, sells or looks."""

    class Role(models.TextChoices):
        MARKETING = "marketing"
        SALES = "sales"
        MANAGER = "manager"
        ADMINISTRATOR = "administrator"
        VIEWER = "viewer"

    email = models.TextField(unique=True)
    name = models.TextField(blank=True)
    role = models.CharField(max_length=13, choices=Role.choices)
    created_at = models.BigIntegerField()
    left_at = models.BigIntegerField(null=True)


class Key(models.Model):
    """What a program shows to be let in. Only its hash is kept."""

    class Scope(models.TextChoices):
        TRACK = "track"
        READ = "read"
        WRITE = "write"

    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    name = models.TextField(blank=True)
    created_at = models.BigIntegerField()
    revoked_at = models.BigIntegerField(null=True)


class Audit(models.Model):
    """Who changed what. Written in the transaction of the change; never changed itself."""

    at = models.BigIntegerField()
    who = models.TextField()
    did = models.TextField()
    subject = models.TextField()
    details = models.JSONField(default=dict)


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


class Company(models.Model):
    """Whom leads work for: known by the id of group calls, else by the domain of its addresses.

    known_until       nothing that is known of it was known later
    said, said_until  as of a person
    """

    key = models.TextField()
    known_until = models.BigIntegerField(default=0)
    said = models.JSONField(default=dict)
    said_until = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="one_company_a_key")]


class Person(models.Model):
    """Somebody, as far as one can tell.

    root         who stands for all that are one person with this one; itself, where nobody is
    lead_since   from when on it is known who that is (of roots); no lead before that
    known_until  nothing known of the lead was known later: what comes now is known after it (of roots)
    company      where the lead works by the latest of its patches that says so (of roots)
    company_from from when on that patch holds
    said         the latest values given, so that who repeats them says nothing new (of roots)
    said_until   the latest instant from which some of these hold
    visits       the latest visits, to tell which one an event is part of
    """

    root = models.ForeignKey("self", models.PROTECT, related_name="members")
    user = models.BooleanField(default=False)
    email = models.BooleanField(default=False)
    lead_since = models.BigIntegerField(null=True)
    known_until = models.BigIntegerField(default=0)
    company = models.ForeignKey(Company, models.PROTECT, null=True)
    company_from = models.BigIntegerField(default=0, db_default=0)
    said = models.JSONField(default=dict)
    said_until = models.BigIntegerField(default=0)
    visits = models.JSONField(default=list)


class Identifier(models.Model):
    """What somebody is known by from now on; a browser may become another's."""

    kind = models.CharField(max_length=9)
    value = models.TextField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_person_an_identifier")]


class Join(models.Model):
    """Two are one person, because of an identifier that both have. Undone, they are two again.

    at  from when on what was known of `joined` is known of `person`
    """

    joined = models.ForeignKey(Person, models.PROTECT, related_name="joins")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9)
    value = models.TextField()
    at = models.BigIntegerField()
    undone_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["joined"], condition=Q(undone_at=None), name="joined_once")
        ]
        indexes = [
            models.Index(fields=["joined", "person"], condition=Q(undone_at__isnull=False), name="undone")
        ]


class Activity(models.Model):
    """Something that somebody did, as agreements read it. Made from an event; a mapping may make it anew.

    Its numbers are in the order in which they were written: whoever has seen one has seen all before.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.TextField()
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    event = models.TextField()
    occurred_at = models.BigIntegerField()
    known_at = models.BigIntegerField()
    session_id = models.TextField()
    verdict = models.CharField(max_length=7)
    properties = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id"], name="done_once")]
        indexes = [models.Index(fields=["person", "id"])]


class PersonPatch(models.Model):
    """What a message says of a person: values that are new, and perhaps where they work."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="patches")
    valid_from = models.BigIntegerField()
    known_at = models.BigIntegerField()
    values = models.JSONField()
    company = models.ForeignKey(Company, models.PROTECT, null=True)


class CompanyPatch(models.Model):
    """What a message says of a company."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="patches")
    valid_from = models.BigIntegerField()
    known_at = models.BigIntegerField()
    values = models.JSONField()


class Name(models.Model):
    """An attribute or property that somebody has had, and one of the types its values had."""

    scope = models.CharField(max_length=7)
    name = models.TextField()
    type = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "name", "type"], name="a_name_has_a_type_once")
        ]


class Publication(models.Model):
    """An agreement as it was signed: live from an instant until the next of its name is.

    begun_at  when leads began to be decided by it
    shadow    whether it only runs beside: nothing is handed off
    """

    name = models.TextField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    shadow = models.BooleanField(default=False)
    live_from = models.BigIntegerField()
    published_at = models.BigIntegerField()
    marketing = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sales = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    begun_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "shadow", "live_from"], name="one_live_at_an_instant"),
            models.CheckConstraint(
                condition=Q(shadow=True) | (Q(marketing__isnull=False) & Q(sales__isnull=False)),
                name="both_sides_sign",
            ),
        ]


class Dirty(models.Model):
    """A lead about which something is new, until it has been decided.

    version        grows by one with each thing that is new: what was decided before the latest has to be
                   decided again, and of a lead that nobody has looked at it says how much that is
    since          when the oldest of what is new was received
    behind         whether others come first: nothing has happened, all leads are looked at anew
    claimed_until  0 while nobody is about it
    """

    lead = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=1)
    since = models.BigIntegerField()
    behind = models.BooleanField(default=False)
    claimed_until = models.BigIntegerField(default=0)
    claimed_by = models.CharField(max_length=32, default="")

    class Meta:
        # Not by who has claimed it: what is in no index is changed in place.
        indexes = [models.Index(fields=["behind", "since"])]


class Standing(models.Model):
    """How a lead stood under an agreement when it was last looked at; can be dropped and made again.

    decided_until  no moment up to this one is asked again by this publication
    """

    lead = models.ForeignKey(Person, models.CASCADE, related_name="standings")
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


class Outgoing(models.Model):
    """Something to be told to somewhere: written with what it tells of, sent afterwards."""

    destination = models.TextField()
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="outgoing")
    kind = models.TextField()
    payload = models.JSONField()
    created_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["destination", "episode", "kind"], name="told_once")]


class KeptHits(models.Model):
    """The hits of some of a lead's activities, so that they are not matched again; can be dropped.

    ground  what they depend on: what the live agreements ask of events (`scoring.keeping.ground_key`)
    until   the latest activity that has been looked at for it, or for a chunk before
    """

    lead = models.ForeignKey(Person, models.CASCADE, db_index=False)
    ground = models.CharField(max_length=32)
    until = models.BigIntegerField()
    hits = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["lead", "ground", "id"])]
