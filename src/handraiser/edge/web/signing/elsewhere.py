"""How does somebody come in who has signed in elsewhere, at their company's own provider?"""

from __future__ import annotations

import logging

from allauth.socialaccount.providers.openid_connect.views import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from requests import RequestException

from handraiser.edge.web.frame.access import open_to_all

__all__ = ["elsewhere"]

_log = logging.getLogger("handraiser.web")


@open_to_all
def elsewhere(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead somebody to the provider; what they are asked there, and how they come back, is allauth's.

    A form of ours may lead nowhere else, not even by way of an answer: so the way there is a page.
    """
    if request.method != "POST":
        return redirect("account_login")
    try:
        answer: HttpResponse = login(request, provider_id)
    except (RequestException, KeyError) as failure:  # not there, or not what it should be
        _log.warning("The sign-in at %s does not answer: %r", provider_id, failure)
        return render(request, "socialaccount/authentication_error.html", status=502)
    where = answer.headers.get("Location", "")
    if answer.status_code == 302 and where.startswith(("https://", "http://")):
        return render(request, "signing/elsewhere.html", {"where": where})
    return answer
