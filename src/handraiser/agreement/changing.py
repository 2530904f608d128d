"""What would the agreement be with one number changed?

A parameter is named as people would: `threshold`, `whitepaper.points`, `email.max` (a rule or group and its
key), or by its path in the file: `engagement.within`, `grades.A`, `qualify.mql`. Of a list the items are
counted from 1: `seniority.points.1.points` are those of its first band.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence
from numbers import Real
from typing import Any

from msgspec import structs
from ruamel.yaml import YAML

from handraiser.agreement import expression as said
from handraiser.agreement.fingerprint import fingerprint
from handraiser.agreement.model import Agreement, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.reading import load
from handraiser.agreement.trouble import nearest
from handraiser.agreement.vocabulary import KEYS
from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = [
    "THRESHOLD",
    "as_number",
    "at_threshold",
    "but_for_threshold",
    "changed",
    "thresholds_in",
    "thresholds_of",
]

THRESHOLD = "threshold"  # the number that `qualify.mql` compares the score with


def changed(agreement: Agreement, changes: Mapping[str, object]) -> Agreement:
    """Return the agreement with other values of some parameters, a value None taking the key away.

    Raises `Mistakes` where there is no such parameter, or where what results is no agreement.
    """
    if not changes:
        return agreement
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # no line is broken: a condition stays as it was written
    document = yaml.load(agreement.source)
    for name, value in changes.items():
        if name == THRESHOLD:
            document["qualify"]["mql"] = _with_threshold(agreement, value)
        else:
            _set(document, name, value)
    text = io.StringIO()
    yaml.dump(document, text)
    return load(text.getvalue(), file=f"<{agreement.name}, changed>")


def thresholds_of(agreement: Agreement) -> list[str]:
    """Return the numbers that `qualify.mql` compares the score with, as they are written."""
    return thresholds_in(agreement.qualify.mql.text)


def thresholds_in(mql: str) -> list[str]:
    """Return the numbers that a condition compares the score with, as they are written; raises Unreadable."""
    return [mql[start:stop] for start, stop in sorted(_thresholds(parse(mql)))]


def at_threshold(mql: str, value: object) -> str:
    """Return a condition with another number wherever it compares the score with one."""
    spans = sorted(_thresholds(parse(mql)), reverse=True)
    if not spans:
        raise Mistakes([_wrong(THRESHOLD, "`qualify.mql` compares the score with no number.", "")])
    for start, stop in spans:
        mql = f"{mql[:start]}{value}{mql[stop:]}"
    return mql


def but_for_threshold(agreement: Agreement) -> str:
    """Return what tells an agreement from others that differ from it in more than the threshold."""
    mql = Sql(_with_threshold(agreement, 0), agreement.qualify.mql.at)
    qualify = structs.replace(agreement.qualify, mql=mql)
    return fingerprint(structs.replace(agreement, qualify=qualify))


def as_number(value: object) -> float:
    """Return a threshold as a number; raises `Mistakes` where it is none, or not finite."""
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise Mistakes([_wrong(THRESHOLD, f"A threshold is a number, not {value!r}.", "Give numbers.")])


def _with_threshold(agreement: Agreement, value: object) -> str:
    """Return `mql` with another number wherever it compares the score with one."""
    as_number(value)
    return at_threshold(agreement.qualify.mql.text, value)


def _thresholds(expression: said.Expression) -> Iterator[tuple[int, int]]:
    """Yield where the numbers stand that the score is compared with."""
    for part in said.words(expression):
        match part:
            case said.Comparison(_, said.Name("", "score"), said.Literal() as number):
                yield number.span
            case said.Comparison(_, said.Literal() as number, said.Name("", "score")):
                yield number.span


def _set(document: MutableMapping[str, Any], name: str, value: object) -> None:
    if name.startswith("grades."):
        name = f"fit.{name}"
    first, _, rest = name.partition(".")
    if not rest and first not in KEYS["the agreement"]:
        raise Mistakes([_unknown(document, name)])
    at = _named(document).get(first) if rest else None
    keys = (rest if at is not None else name).split(".")
    at = document if at is None else at
    for key in keys[:-1]:
        if at is document and key in KEYS["the agreement"]:
            at.setdefault(key, {})
        if isinstance(at, MutableSequence) and key.isdecimal() and 1 <= int(key) <= len(at):
            at = at[int(key) - 1]
            continue
        if not isinstance(at, MutableMapping) or key not in at:
            raise Mistakes([_unknown(document, name)])
        at = at[key]
    if not isinstance(at, MutableMapping):
        raise Mistakes([_unknown(document, name)])
    if value is None:
        at.pop(keys[-1], None)
    else:
        at[keys[-1]] = value


def _named(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules and groups by their names."""
    found: dict[str, Any] = {}
    for section in ("fit", "engagement"):
        part = document.get(section) or {}
        rules = part if isinstance(part, list) else part.get("rules") or []
        found |= {rule["rule"]: rule for rule in rules if "rule" in rule}
        if not isinstance(part, list):
            found |= dict(part.get("groups") or {})
    return found


def _unknown(document: Mapping[str, Any], name: str) -> Diagnostic:
    first = name.partition(".")[0]
    known = [THRESHOLD, *_named(document), *document]
    near = nearest(first, known)
    fix = f"Did you mean `{near}`?" if near else f"Name one of {', '.join(known)}."
    return _wrong(name, f"The agreement has no `{first}`.", fix)


def _wrong(name: str, says: str, fix: str) -> Diagnostic:
    return Diagnostic(code="HR606", at=Place(name), says=says, fix=fix)
