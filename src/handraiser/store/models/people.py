"""Who is somebody, where do they work, what is said of them, and what did they do?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

__all__ = [
    "Company",
    "Person",
    "Identifier",
    "Join",
    "Activity",
    "Judgement",
    "PersonPatch",
    "CompanyPatch",
    "Name",
]


class Company(models.Model):
    """Whom leads work for: known by the id of group calls, else by the domain of its addresses.

    known_until       nothing that is known of it was known later
    said, said_until  as of a person
    customer_since    when the first who worked there bought; None while nobody has
    """

    key = models.TextField()
    known_until = models.BigIntegerField(default=0)
    said = models.JSONField(default=dict)
    said_until = models.BigIntegerField(default=0)
    customer_since = models.BigIntegerField(null=True)

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
    """Two are one person, by an identifier of both or somebody's word. Undone, they are two again.

    kind  that of the identifier; `hand` where somebody said so, whose address is the value
    at    from when on what was known of `joined` is known of `person`
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
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False)
    event = models.TextField()
    occurred_at = models.BigIntegerField()
    known_at = models.BigIntegerField()
    session_id = models.TextField()
    verdict = models.CharField(max_length=7)
    properties = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id"], name="done_once")]
        indexes = [models.Index(fields=["person", "id"])]


class Judgement(models.Model):
    """Somebody said whether a person or a machine did something. Only ever added to: the latest counts.

    What they did was written down with the verdict that it came with, and stays so (`Activity.verdict`).

    person  who did it, as the activity has it
    was     the verdict before
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="judgements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=7)
    was = models.CharField(max_length=7)
    by = models.TextField()
    at = models.BigIntegerField()

    class Meta:
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
