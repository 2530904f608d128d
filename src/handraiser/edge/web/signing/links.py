"""By which links does somebody come in who has no password yet? Each works once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from handraiser.store.models import User

__all__ = ["first_link", "invitation", "is_first_link", "is_invitation", "nobody_rules"]

_DAY = 24 * 3600
_FIRST = "the first administrator"


def invitation(user: User, where: str = "") -> str:
    """Return the link by which a user chooses a password: within three days, once.

    where  of the web app, unless HANDRAISER_URL says it
    """
    path = reverse("join", args=[user.pk, default_token_generator.make_token(user)])
    return f"{settings.HANDRAISER_URL or where}{path}"


def is_invitation(user: User, token: str) -> bool:
    """Return whether a link is one that has not been used, nor grown old."""
    return default_token_generator.check_token(user, token)


def first_link(where: str) -> str:
    """Return the link by which somebody becomes the first administrator, within a day."""
    token = TimestampSigner(salt=_FIRST).sign("welcome").removeprefix("welcome:")
    return f"{settings.HANDRAISER_URL or where}{reverse('welcome', args=[token])}"


def is_first_link(token: str) -> bool:
    """Return whether a link is such a one, and nobody came before."""
    try:
        TimestampSigner(salt=_FIRST).unsign(f"welcome:{token}", max_age=_DAY)
    except BadSignature:
        return False
    return nobody_rules()


def nobody_rules() -> bool:
    """Return whether there is no administrator who could sign in and invite others."""
    rulers = User.objects.filter(role=User.Role.ADMINISTRATOR, left_at=None).exclude(password="")
    return not rulers.exists()
