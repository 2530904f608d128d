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

_MADE_OF = "made-of"
_BUILT = Path(__file__).parent / "static/built"


def have_assets() -> None:
    """Have the files of this version in the folder of the data. Raises Unavailable where there are none."""
    if not (_BUILT / "tabler.css").exists():
        raise Unavailable(f"{_BUILT} is not there: `python hatch_build.py` makes it, and so does `make`.")
    root = Path(settings.STATIC_ROOT)
    fresh = _digest()
    mark = root / _MADE_OF
    if mark.exists() and mark.read_text(encoding="ascii") == fresh:
        return
    draft = root.with_name(f"{root.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    # In a process of its own: Django would go on believing that they are where they were put together.
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    told = {"DJANGO_SETTINGS_MODULE": "handraiser.edge.settings", "HANDRAISER_STATIC": str(draft)}
    subprocess.run(command, env=os.environ | told, check=True)  # noqa: S603  our own settings' command
    (draft / _MADE_OF).write_text(fresh, encoding="ascii")
    # Of several who begin at once, each puts the same there.
    old = root.with_name(f"{root.name}.{os.getpid()}.old")
    if root.exists():
        root.rename(old)
    draft.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(_files()):
        found.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return found.hexdigest()


def _files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))
