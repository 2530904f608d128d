"""Is what pages load there, packed and named by what is in it?

It comes with the package (hatch_build.py), and is put into the folder of the data once for each version of
it: a browser keeps such a file for ever, as its name changes with it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from handraiser.errors import Unavailable

__all__ = ["have_assets"]

_BUILT = Path(__file__).parent / "static/built"
_OLD = 30 * 86_400  # seconds for which a process of another version may still need its own


def have_assets() -> None:
    """Have the files of this version in the folder of the data, where processes begun from here find them.

    Each version has a folder of its own: one that still runs goes on with what it had. Raises Unavailable
    where there is nothing to put there.
    """
    if not (_BUILT / "tabler.css").exists():
        raise Unavailable(f"{_BUILT} is not there: `python hatch_build.py` makes it, and so does `make`.")
    versions = Path(settings.STATIC_ROOT)
    root = versions / _digest()
    if not root.exists():
        _collect(root)
    os.utime(root)
    settings.STATIC_ROOT = root
    os.environ["HANDRAISER_STATIC"] = str(root)
    for other in versions.iterdir():
        if other != root and other.stat().st_mtime < root.stat().st_mtime - _OLD:
            shutil.rmtree(other, ignore_errors=True)


def _collect(root: Path) -> None:
    draft = root.with_name(f"{root.name}.{os.getpid()}")
    # In a process of its own: Django would go on believing that they are where they were put together.
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    told = {"DJANGO_SETTINGS_MODULE": "handraiser.edge.settings", "HANDRAISER_STATIC": str(draft)}
    subprocess.run(command, env=os.environ | told, check=True)  # noqa: S603  our own settings' command
    try:
        draft.rename(root)
    except OSError:
        if not root.exists():
            raise
        shutil.rmtree(draft)  # another has begun at the same time, and put the same there


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(_files()):
        found.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))
