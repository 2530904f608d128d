"""Somebody who comes to the web app: what they open, fill in and press, without a browser."""

from __future__ import annotations

import http.client
import itertools
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from handraiser.edge.web.signing.links import invitation
from handraiser.store.models import User
from tests.live.company import using
from tests.servers import Database, Front

__all__ = ["PASSWORD", "App", "Seen", "Visitor"]

PASSWORD = "correct horse battery"  # noqa: S105  of people who do not exist
_numbers = itertools.count(1)


class Seen(NamedTuple):
    """What was answered: `headers` by their names in small letters, the last of each."""

    status: int
    headers: dict[str, str]
    text: str


class Visitor:
    """A browser's cookies, and no more of a browser."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.cookies: dict[str, str] = {}

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to what they look at."""
        return self._front.connect()

    def get(self, path: str, **headers: str) -> Seen:
        """Open a page."""
        return self.ask("GET", path, None, headers)

    def post(self, path: str, *, token: str | None = None, **fields: object) -> Seen:
        """Send a form; unless said with the token that is in it."""
        if token is None:
            found = re.search(r'"X-CSRFToken": "(\w+)"', self.get(path).text)
            token = found[1] if found else ""
        body = urlencode({**fields, "csrfmiddlewaretoken": token})
        return self.ask("POST", path, body.encode(), {"content_type": "application/x-www-form-urlencoded"})

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Seen:
        """Send a request; names of headers have `_` for `-`."""
        connection = self._front.connect()
        try:
            sent = {"Accept": "text/html"} | {
                name.replace("_", "-"): value for name, value in (headers or {}).items()
            }
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        except http.client.HTTPException as error:
            raise AssertionError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        return Seen(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def _keep(self, said: str) -> None:
        for name, morsel in SimpleCookie(said).items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


class App(NamedTuple):
    """A web app that runs, and its database."""

    front: Front
    database: Database

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.front.port}"

    def nobody(self) -> Visitor:
        """Return somebody who is not signed in."""
        return Visitor(self.front)

    def invited(self, role: str, email: str = "") -> tuple[str, str]:
        """Have a user of a role, whom nobody was before; return the address, and the path of the link."""
        address = email or f"{role}{next(_numbers)}@made.example"
        with using(self.database):
            user = User.objects.create(email=address, role=role, created_at=0)
            return address, invitation(user)

    def signed_in(self, role: str, email: str = "") -> tuple[str, Visitor]:
        """Return a new user of a role, by the address, and signed in."""
        address, link = self.invited(role, email)
        visitor = self.nobody()
        seen = visitor.post(link, password=PASSWORD, again=PASSWORD)
        assert (seen.status, seen.headers["location"]) == (302, "/home"), seen
        return address, visitor
