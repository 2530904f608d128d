"""How do the settings say that the outside is reached, and is that any way?"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from handraiser.connectors.addresses import Allowed, allowed_of
from handraiser.connectors.mailbox import Post, post_of
from handraiser.connectors.sending import Outside
from handraiser.flows.refusals import FlowCode, refused

__all__ = ["allowed", "days_kept", "outside"]

_LONGEST = 36_500  # days


def outside(clock: Callable[[], int]) -> Outside:
    """Return how the outside is reached; the clock is in microseconds. Raises Mistakes."""
    return Outside(allowed(), _post(), lambda: clock() // 1_000_000)


def allowed() -> Allowed:
    """Return what may be told anything of what is inside. Raises Mistakes where the setting is none."""
    try:
        return allowed_of(settings.HANDRAISER_ALLOW_PRIVATE)
    except ValueError:
        said = settings.HANDRAISER_ALLOW_PRIVATE
        says = f"`{said}` is neither 1 nor networks such as 10.1.0.0/16, 192.168.7.9/32."
        fix = "Leave HANDRAISER_ALLOW_PRIVATE away to tell nothing inside anything."
        raise refused(FlowCode.BAD_SETTING, "HANDRAISER_ALLOW_PRIVATE", says, fix) from None


def days_kept() -> int:
    """Return for how many days what was delivered is kept. Raises Mistakes where the setting is no number."""
    said = settings.HANDRAISER_KEEP_DELIVERED_DAYS.strip()
    if said.isascii() and said.isdigit() and len(said) < 6 and 1 <= int(said) <= _LONGEST:
        return int(said)
    says = f"`{said[:40]}` is no whole number of days from 1 to {_LONGEST:,}."
    fix = "Leave HANDRAISER_KEEP_DELIVERED_DAYS away to keep what was delivered for 30 days."
    raise refused(FlowCode.BAD_DAYS, "HANDRAISER_KEEP_DELIVERED_DAYS", says, fix)


def _post() -> Post | None:
    if not settings.HANDRAISER_MAIL_URL:
        return None
    try:
        return post_of(settings.HANDRAISER_MAIL_URL, settings.HANDRAISER_MAIL_FROM)
    except ValueError as error:
        # Its own words have no password in them.
        fix = "smtp://USER:PASSWORD@HOST:587 is one; in a password, write / as %2F, @ as %40 and : as %3A."
        raise refused(FlowCode.NO_MAIL, "HANDRAISER_MAIL_URL", f"{error}.", fix) from None
