"""Who is let in by allauth? Only people whom an administrator has invited, by whatever way they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import get_connection
from django.http import HttpRequest

from handraiser.capture.addresses import normal_address
from handraiser.connectors.mailbox import post_of

__all__ = ["Accounts", "Providers", "address_tried"]


def address_tried(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the address somebody tries to come in by: wrong passwords are counted for each."""
    said = (credentials or {}).get("email") or request.POST.get("login", "")
    return normal_address(said) or said[:254]


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail somebody, by the server that messages leave by."""
        post = post_of(settings.HANDRAISER_MAIL_URL, settings.HANDRAISER_MAIL_FROM)
        letter = self.render_mail(template_prefix, email, context)
        letter.from_email = post.sender
        letter.connection = get_connection(post.backend, fail_silently=False, **post.options)
        letter.send()


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]  # as above
    """Another's sign-in tells who somebody is, never that they may come in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Whoever has not been invited stays outside."""
        return False
