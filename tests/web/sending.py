"""A web front as tests see it: what they send, what is answered, and what is in the database then."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.servers import Database, Front

__all__ = ["KEY", "NOW", "Reply", "Tracking", "track"]

KEY = "a-key-for-tests"
NOW = 1_772_359_200_000_000  # 2026-03-01 10:00 UTC


class Reply(NamedTuple):
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def says(self) -> Any:
        """The JSON of it."""
        return json.loads(self.body)


def track(**beside: Any) -> dict[str, Any]:
    """Return a message with an id of its own."""
    item = {"type": "track", "event": "Form Submitted", "userId": "ann", "messageId": str(uuid.uuid4())}
    return item | beside


class Tracking(NamedTuple):
    """A web front and its database."""

    front: Front
    database: Database

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str
    ) -> Reply:
        """Send a request as it is given; names of headers have `_` for `-`."""
        connection = self.front.connect()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()

    def send(
        self, call: str, body: Any, *, key: str | None = KEY, packed: bool = False, **headers: str
    ) -> Reply:
        """Send JSON with a key, packed with gzip if wanted."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        if key is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        if packed:
            sent, headers["Content_Encoding"] = gzip.compress(sent), "gzip"
        return self.ask("POST", f"/v1/{call}", sent, **headers)

    def answered(self, call: str, body: Any) -> Reply | None:
        """Send the same, and return None where nobody answers."""
        try:
            return self.send(call, body)
        except (OSError, http.client.HTTPException):
            return None

    def events(self, columns: str = "message_id") -> list[Any]:
        """Return what is kept, in its order: values, or tuples where columns are several."""
        rows = self.database.rows(f"SELECT {columns} FROM store_event ORDER BY seq")
        return rows if "," in columns else [value for (value,) in rows]

    def rejects(self, columns: str = "reason") -> list[Any]:
        """Return what was refused, likewise."""
        rows = self.database.rows(f"SELECT {columns} FROM store_reject ORDER BY id")
        return rows if "," in columns else [value for (value,) in rows]

    def add_key(self, key: str, *, scope: str = "track", revoked: bool = False) -> None:
        """Make a key that can be used, or no more."""
        self.database.rows(
            "INSERT INTO store_key (digest, scope, name, created_at, revoked_at) VALUES (?, ?, '', ?, ?)",
            [hashlib.sha256(key.encode()).hexdigest(), scope, NOW, NOW if revoked else None],
        )

    def empty(self) -> None:
        """Leave nothing but the one key."""
        for table in ("store_arrival", "store_reject", "store_event", "store_key"):
            self.database.rows(f"DELETE FROM {table}")
        self.add_key(KEY)
