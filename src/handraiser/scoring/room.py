"""Where do arrays stand that are as long as the data?

numpy asks the system for pages of two megabytes for arrays of more than four. Before it gives one, the
system may move others out of the way, and it clears all of it at once: on some machines that took longer
than all the rest of gathering hits (docs/decisions/0006). Ours are mostly written from the beginning to the
end, and gain nothing by such pages.
"""

from __future__ import annotations

import mmap
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["zeros"]

_LARGE = 1 << 22  # bytes, from which on numpy asks for large pages
# Windows has another way to memory, and no large pages unless one is given the right to them.
_OWN: dict[str, int] | None = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else None
)


def zeros(shape: int | tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return an array of zeros as numpy's are; what is never written to takes no memory."""
    count = shape if isinstance(shape, int) else prod(shape)
    size = count * np.dtype(dtype).itemsize
    if size < _LARGE or _OWN is None:
        return np.zeros(shape, dtype=dtype)
    return np.frombuffer(mmap.mmap(-1, size, **_OWN), dtype=dtype).reshape(shape)
