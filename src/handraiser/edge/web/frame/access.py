"""Who may see which page?

Every page of ours says it itself, with `page`; one that does not is nobody's. Whoever is not signed in is
sent to where that is done; what may not be seen is said to be so, and by whom it may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.gzip import gzip_page

from handraiser.store.models import User

__all__ = ["EVERYBODY", "SELLING", "Answering", "gone", "only_who_may", "open_to_all", "page", "user_of"]

Answering = Callable[..., HttpResponse]
View = TypeVar("View", bound=Answering)
Role = User.Role
EVERYBODY = frozenset(Role)
SELLING = frozenset({Role.SALES, Role.MANAGER, Role.ADMINISTRATOR})
# Others' pages: allauth's ask themselves who is there, the API asks for keys.
_OTHERS = ("account/", "api/")
_MAY = "handraiser_may"


def page(may: frozenset[User.Role]) -> Callable[[View], View]:
    """Have a view be a page that users of some roles may see."""

    def marked(view: View) -> View:
        shown: Any = gzip_page(view)
        setattr(shown, _MAY, may)
        return shown  # type: ignore[no-any-return]

    return marked


def open_to_all(view: View) -> View:
    """Have a view be one that everybody may see, signed in or not."""
    setattr(view, _MAY, None)
    return view


@open_to_all
def gone(request: HttpRequest) -> HttpResponse:
    """Answer where a library of ours would have a page that we have no use for."""
    raise Http404


def user_of(request: HttpRequest) -> User:
    """Return who is signed in, on a page that only those see who are."""
    if not isinstance(request.user, User):
        raise AssertionError("a page that is not open to all was answered to somebody unknown")
    return request.user


class only_who_may:  # noqa: N801  it stands in a list of functions
    """Lets a request through to its view, or not."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self._answering(request)

    def process_view(
        self, request: HttpRequest, view: Answering, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Return what is answered in place of the view; None: the view answers."""
        route = request.resolver_match.route if request.resolver_match else ""
        if route.startswith(_OTHERS):
            return None
        may: frozenset[User.Role] | None = getattr(view, _MAY, frozenset())
        if may is None:
            return None
        if not isinstance(request.user, User):
            return _sign_in_first(request)
        if request.user.role not in may:
            return render(request, "frame/not_for_you.html", {"may": sorted(may)}, status=403)
        return None


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):  # a part of a page whose session has ended: all of it has to go
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    return redirect_to_login(request.get_full_path())
