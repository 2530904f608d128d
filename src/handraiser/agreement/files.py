"""Is there a file in which an agreement may be written, and which one was meant if not?"""

from __future__ import annotations

import codecs
import os
from difflib import get_close_matches

from handraiser.agreement.codes import Code
from handraiser.errors import Diagnostic, Mistakes, Place, Unavailable

__all__ = ["contents", "is_text"]

_ENDINGS = (".yaml", ".yml")
_CASES = (".cases.yaml", ".cases.yml")
_OF_DATA = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".ods", ".gz", ".zip")
_SHOWN = 5
_LONGEST = 200  # letters of a name that are shown: a text in one line is taken for one


def contents(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file; raises `Mistakes` where it can be none of an agreement, or `Unavailable`."""
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            if name.lower().endswith(_OF_DATA):  # before reading it, for such may be large
                raise Mistakes([_data(name)])
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise Mistakes([_no_such_file(name)]) from None
    except IsADirectoryError:
        raise Mistakes([_folder(name)]) from None
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
        raise Unavailable(f"The agreement {shown!r} cannot be opened: {reason}.") from error


def is_text(written: bytes) -> bool:
    """Whether the bytes may be a text at all: no text has a byte of nought, but in UTF-16."""
    return b"\0" not in written or written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _no_such_file(path: str) -> Diagnostic:
    folder, name = os.path.split(path)
    if not os.path.isdir(folder or "."):
        says = f"There is no such file, and no folder `{folder}`."
        return _mistake(Code.NO_FILE, path, says, "Look at the folder's name.")
    # An ending that all of them have makes no name alike.
    by_stem = {os.path.splitext(other)[0].lower(): other for other in _agreements(folder)}
    near = get_close_matches(os.path.splitext(name)[0].lower(), by_stem, n=1)
    fix = f"Did you mean `{os.path.join(folder, by_stem[near[0]])}`?" if near else _others(folder)
    return _mistake(Code.NO_FILE, path, "There is no such file.", fix)


def _folder(path: str) -> Diagnostic:
    found = _agreements(path)
    fix = f"Did you mean `{os.path.join(path, found[0])}`?" if len(found) == 1 else _others(path)
    return _mistake(Code.NO_FILE, path, "This is a folder, not a file.", fix)


def _data(path: str) -> Diagnostic:
    says = "This is a file of data by its ending; an agreement is a YAML file."
    return _mistake(Code.NO_AGREEMENT, path, says, _others(os.path.dirname(path)))


def _agreements(folder: str) -> list[str]:
    """The files of a folder that may be agreements by their names."""
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return []
    return [name for name in names if name.lower().endswith(_ENDINGS) and not name.lower().endswith(_CASES)]


def _others(folder: str) -> str:
    found = _agreements(folder)
    shown = ", ".join(found[:_SHOWN]) + (" and others" if len(found) > _SHOWN else "")
    return f"Name the file of an agreement: {shown}." if found else "Name the file of an agreement."


def _mistake(code: Code, path: str, says: str, fix: str) -> Diagnostic:
    return Diagnostic(code=code.value, at=Place(path), says=says, fix=fix)
