"""Where is the process that holds the history, and is there one?

In the folder of the data is a folder of its own that nobody else may enter. In it is the socket, a lock that
the process holds as long as it lives, and where the socket is: the path of a socket has to be short, and
where it would not be, it is in a folder for what is temporary.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["alone", "connected", "listening", "room"]

_LONGEST = 100  # bytes of a path; systems take 104 or 108
_WAITING = 64  # connections
_SOCKET, _WHERE, _LOCK = "socket", "where", "lock"


def room(data: Path) -> Path:
    """Return the folder, which is made."""
    folder = data / "what-if"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Yield whether this is the only process of the folder within."""
    # Let go by the system, whatever becomes of this process.
    with (folder / _LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def listening(folder: Path) -> Iterator[socket.socket]:
    """Yield the socket on which to be asked. The folder has to be this process's alone."""
    path, elsewhere = folder / _SOCKET, None
    if len(os.fsencode(path)) > _LONGEST:
        elsewhere = tempfile.mkdtemp(prefix="handraiser-")
        path = Path(elsewhere) / _SOCKET
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as found:
        try:
            found.bind(os.fspath(path))
            path.chmod(0o600)
            found.listen(_WAITING)
            half = folder / f"{_WHERE}.half"
            half.write_bytes(os.fsencode(path))
            half.replace(folder / _WHERE)
            yield found
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            if elsewhere is not None:
                shutil.rmtree(elsewhere, ignore_errors=True)


def connected(folder: Path, *, patience: float) -> socket.socket | None:
    """Return a connection to the process of a folder, None where there is none."""
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.settimeout(patience)
    try:
        found.connect((folder / _WHERE).read_bytes())
    except OSError:
        found.close()
        return None
    return found
