"""What do Django's settings say, where the environment says it in other words?"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from handraiser.capture.suffixes import taken_apart
from handraiser.errors import Unavailable
from handraiser.store.keyfile import key_file

__all__ = ["HalfSaid", "database", "names_below", "sign_in_elsewhere", "signing_key"]

# A server that is gone is noticed within seconds, not when the system's own patience ends.
_PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000", "keepalives_idle": "30"}


class HalfSaid(Unavailable):
    """A setting that says nothing without another."""


def database(url: str) -> dict[str, object]:
    """Return a database by its URL. Raises ValueError where it is none."""
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    # With one slash, or a host behind three, all of it would be the name of a database on this machine.
    name = parts.path.removeprefix("/")
    slashes = "///" if parts.scheme == "sqlite" else "//"
    if not url.lower().startswith(f"{parts.scheme}:{slashes}"):
        raise ValueError("DATABASE_URL has too few slashes")
    if parts.scheme in ("postgres", "postgresql"):
        if "/" in name or "@" in name:
            raise ValueError("DATABASE_URL has no host before the name of the database")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(name),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": parts.port or "",
            "OPTIONS": {**_PATIENCE, **said},
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.partition("?")[0].removeprefix("sqlite:///")),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Begun as a writer's: a reader that turns writer half way cannot wait for another.
                "transaction_mode": "IMMEDIATE",
                "timeout": float(said.get("timeout", 5)),  # seconds that one writer waits for another
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    raise ValueError(f"DATABASE_URL begins with postgresql:// or sqlite:///, not {parts.scheme}://")


def signing_key(secret: str, database: Mapping[str, object]) -> str:
    """Return by what sessions and links are signed: of HANDRAISER_SECRET, or of the key beside an SQLite.

    Where there is neither it is of this process only: who is signed in has to sign in again after a restart.
    """
    file = key_file(database)
    if not secret and file is not None and file.exists():
        secret = file.read_text(encoding="ascii").strip()
    said = f"handraiser: sessions and links\0{secret or secrets.token_hex(32)}"
    return hashlib.sha256(said.encode()).hexdigest()


def names_below(host: str | None) -> bool:
    """Return whether a host is a name below a company's, so that all below that one is ours as well."""
    if not host:
        return False
    said = taken_apart(host)
    return bool(said.suffix and said.domain and said.subdomain)


def sign_in_elsewhere(said: Mapping[str, str]) -> dict[str, object]:
    """Return the OpenID provider that the environment names, as allauth has it; nothing where there is none.

    Raises HalfSaid where only a part of it is there.
    """
    given = {key: said.get(f"HANDRAISER_OIDC_{key}", "").strip() for key in ("URL", "ID", "SECRET")}
    if not any(given.values()):
        return {}
    missing = [f"HANDRAISER_OIDC_{key}" for key, value in given.items() if not value]
    if missing:
        raise HalfSaid(f"To sign in elsewhere {' and '.join(missing)} has to be said as well.")
    if not given["URL"].startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise HalfSaid("HANDRAISER_OIDC_URL is the issuer's address; it begins with https://")
    return {
        "provider_id": "oidc",
        "name": said.get("HANDRAISER_OIDC_NAME", "").strip() or urlsplit(given["URL"]).hostname,
        "client_id": given["ID"],
        "secret": given["SECRET"],
        "settings": {
            "server_url": given["URL"].rstrip("/"),
            "oauth_pkce_enabled": True,
            # At some providers anybody can say any address: unless said otherwise, it has to be vouched for.
            "verified_email": said.get("HANDRAISER_OIDC_TRUSTS_EMAIL") == "1",
        },
    }
