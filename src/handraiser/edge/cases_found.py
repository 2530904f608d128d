"""Which files of cases does the user mean?"""

from __future__ import annotations

from pathlib import Path

from handraiser.edge.case_notes import CaseCode, CaseNotes, nearest
from handraiser.errors import Place

__all__ = ["files_of_cases", "is_file_of_cases"]

_ENDING = ".cases.yaml"


def is_file_of_cases(name: str) -> bool:
    """Whether a file holds cases, by its name."""
    return name.endswith(_ENDING)


def files_of_cases(given: Path, notes: CaseNotes) -> list[Path]:
    """Return the files of a folder and of those below it, or the one that is given; none, with a note why."""
    at = Place(str(given))
    if given.is_dir():
        found = sorted(given.rglob(f"*{_ENDING}"))
        if not found:
            says = f"There is no file *{_ENDING} in this folder or below it."
            notes.add(CaseCode.NO_CASES, at, says, "Write one, with `agreement:` and `cases:`.")
        return found
    if given.is_file() and is_file_of_cases(given.name):
        return [given]
    if given.is_file():
        near = nearest(given.name.partition(".")[0] + _ENDING, [each.name for each in given.parent.iterdir()])
        meant = given.parent / near if near and is_file_of_cases(near) else None
        says = f"This is no file of cases: their names end in `{_ENDING}`."
        notes.add(CaseCode.NO_CASES, at, says, _meant(meant, "Name a file of cases, or its folder."))
        return []
    beside = given.parent.iterdir() if given.parent.is_dir() else ()
    known = [each.name for each in beside if each.is_dir() or is_file_of_cases(each.name)]
    near = nearest(given.name, known)
    fix = _meant(given.parent / near if near else None, f"Name the folder that holds your *{_ENDING} files.")
    notes.add(CaseCode.NO_FOLDER, at, "There is no such folder or file.", fix)
    return []


def _meant(path: Path | None, otherwise: str) -> str:
    return f"Did you mean `{path}`?" if path is not None else otherwise
