"""Who is let in by allauth? Only people whom an administrator has invited, by whatever way they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import get_connection
from django.http import HttpRequest
from django.shortcuts import render

from handraiser.capture.addresses import normal_address
from handraiser.connectors.mailbox import post_of
from handraiser.errors import Mistakes
from handraiser.flows.sealing import SealedError, opened, sealed
from handraiser.store.models import User

__all__ = ["Accounts", "Providers", "SecondFactors", "address_tried"]


def address_tried(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the address somebody tries to come in by: wrong passwords are counted for each."""
    said = (credentials or {}).get("email") or request.POST.get("login", "")
    return normal_address(said) or said[:254]


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted for an address and a place, by axes: not for an address alone."""

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

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Know somebody who comes for the first time by an address that the provider vouches for.

        allauth would do so itself, but take the password away that they have here.
        """
        if sociallogin.is_existing:
            return
        vouched = [normal_address(each.email) for each in sociallogin.email_addresses if each.verified]
        user = User.objects.filter(email__in=[each for each in vouched if each], left_at=None).first()
        if user is not None:
            sociallogin.connect(request, user)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets of second factors are kept as all of ours are: encrypted."""

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        try:
            return sealed(text)
        except Mistakes as mistakes:
            wrong = mistakes.diagnostics[0]
            raise _stopped(wrong.says, wrong.fix) from None

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that is kept. Where it cannot be read nobody comes in by it."""
        try:
            return opened(encrypted_text)
        except SealedError:
            fix = "Have HANDRAISER_SECRET, or the key file beside the database, be what it was."
            raise _stopped("Second factors were encrypted by another key than there is now.", fix) from None


def _stopped(says: str, fix: str) -> ImmediateHttpResponse:
    told = {"says": says, "fix": fix}
    return ImmediateHttpResponse(render(context.request, "signing/not_kept.html", told, status=503))
