"""Where does compiled code go, and how are kernels compiled?

Machine code is kept between runs in a folder named after the text of every kernel, so a changed kernel
never meets old code (numba looks at a kernel's own file only), and installing into a read-only place
works. Deleting the folder costs one compilation.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit

__all__ = ["borrowing", "kernel"]


def _folder() -> Path:
    here = Path(__file__).parent
    texts = (path.read_bytes() for path in sorted(here.glob("*.py")))
    text = b"".join(one for one in texts if re.search(rb"^(@|def )(kernel|borrowing)", one, re.M))
    name = f"handraiser-{hashlib.sha256(text).hexdigest()[:16]}"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    for parent in (Path(cache), Path(tempfile.gettempdir()) / f"handraiser-{getpass.getuser()}"):
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="handraiser-"))


if not os.environ.get("NUMBA_CACHE_DIR"):
    setattr(numba.config, "CACHE_DIR", str(_folder()))  # noqa: B010  numba makes its settings at run time


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled, kept on disk, and free of the GIL."""
    compiled: Callable[..., Any] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def borrowing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a kernel for other kernels that makes no array and keeps none: it only borrows its caller's.

    Otherwise numba counts each array as held at the call and given back at every way out, and those counts
    are atomic: dozens of them, for a few additions.
    """
    options: dict[str, Any] = {"_nrt": False}  # not among those that numba's types know
    compiled: Callable[..., Any] = njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    return compiled
