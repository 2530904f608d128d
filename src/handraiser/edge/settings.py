"""Django's settings, all of them from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

__all__: list[str] = []

FOLDER = Path(os.environ.get("HANDRAISER_FOLDER", "handraiser-data"))
# A server that is gone is noticed within seconds, not when the system's own patience ends.
_PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000", "keepalives_idle": "30"}


def database(url: str) -> dict[str, object]:
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


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{FOLDER / 'handraiser.db'}")}
INSTALLED_APPS = ["handraiser.store"]
ROOT_URLCONF = "handraiser.edge.web.urls"
SECRET_KEY = os.environ.get("HANDRAISER_SECRET", "only for tracking, which signs nothing")
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["handraiser.edge.web.safety.plain"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # `edge.web.receiving` has bounds of its own
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Django notes every 404 as a warning: strangers would fill the log.
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
