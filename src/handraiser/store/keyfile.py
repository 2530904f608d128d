"""Where does the key stand that secrets are kept by, where the environment says none?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["key_file"]


def key_file(database: Mapping[str, object]) -> Path | None:
    """Return where the key of an SQLite stands, or would: whoever copies the folder of the data has both.

    database  its settings, as Django has them
    """
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return None
    return Path(str(database["NAME"])).with_suffix(".key")
