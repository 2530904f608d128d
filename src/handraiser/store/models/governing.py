"""Who signs, sells and looks; what they signed; and by which keys are programs let in?"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

__all__ = [
    "User",
    "Key",
    "Audit",
    "Publication",
    "Tried",
]


class User(AbstractBaseUser):
    """Somebody who signs, sells or looks.

    signs     whether they sign agreements in the web app for the side that their role is of
    password  hashed; empty where nobody has chosen one yet, and then nobody signs in by it
    timezone  whose name `owner` stands for in an agreement's hours; empty: the agreement's
    hours     when they work, as `agreement.model.Hours.week` has it; None: when the agreement's hours are
    holidays  of which country and region, by the codes that agreements use
    """

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
    timezone = models.TextField(blank=True, db_default="")
    hours = models.JSONField(null=True)
    holidays = models.JSONField(default=list)
    manager = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    signs = models.BooleanField(default=False, db_default=False)
    password = models.CharField(max_length=128, blank=True, db_default="", default="")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = BaseUserManager()  # it finds who signs in by their address

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # what Django reads, of what we keep
        """Return whether they may sign in."""
        return self.left_at is None


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


class Publication(models.Model):
    """An agreement as it was signed: live from an instant until the next of its name is.

    begun_at  when leads began to be decided by it
    shadow    whether it only runs beside: nothing is handed off
    hand_off  whether also those are handed off who became MQLs by it before it was live
    ends      whether from then on none of its name is live, or runs beside; the text is that which ended
    """

    name = models.TextField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    shadow = models.BooleanField(default=False)
    hand_off = models.BooleanField(default=False, db_default=False)
    ends = models.BooleanField(default=False, db_default=False)
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


class Tried(models.Model):
    """How often somebody tried to come in, and which codes have been used: Django's cache, of all processes.

    Nothing of it is needed once it has expired; Django takes it away.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
