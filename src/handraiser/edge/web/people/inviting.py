"""How does somebody get the link by which they choose a password?"""

from __future__ import annotations

import smtplib
from typing import NamedTuple

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest

from handraiser.connectors.mailbox import post_of
from handraiser.edge.web.signing.links import invitation
from handraiser.flows.users import note_link
from handraiser.store.models import User

__all__ = ["Link", "link_for"]

_LETTER = """{who} has invited you to handraiser.

Choose a password here, within three days; the link works once:
{link}
"""


class Link(NamedTuple):
    """A link for somebody, and what became of mailing it.

    mailed  whether it was; `why_not` is empty where nothing is ever mailed from here
    """

    address: str
    mailed: bool
    why_not: str = ""


def link_for(user: User, request: HttpRequest, *, by: User, now: int) -> Link:
    """Return a link for a user, mailed to them where mail is sent from here. Any link before still works."""
    address = invitation(user, request.build_absolute_uri("/").rstrip("/"))
    note_link(user, who=by.email, now=now)
    if not settings.HANDRAISER_MAIL_URL:
        return Link(address, mailed=False)
    try:
        _mail(user, address, by)
    except (smtplib.SMTPException, AnymailError, OSError, ValueError) as error:
        return Link(address, mailed=False, why_not=str(error)[:300])
    return Link(address, mailed=True)


def _mail(user: User, address: str, by: User) -> None:
    post = post_of(settings.HANDRAISER_MAIL_URL, settings.HANDRAISER_MAIL_FROM)
    words = _LETTER.format(who=by.name or by.email, link=address)
    letter = EmailMessage("Your way into handraiser", words, post.sender, [user.email])
    letter.connection = get_connection(post.backend, fail_silently=False, **post.options)
    letter.send()
