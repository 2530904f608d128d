"""Which numbers of an agreement can be changed, by which names, and about how far?

Those that are written in it: points, limits, windows, decays and the threshold. They stand in the order of
the agreement, those of a rule together, and are named as `changed` takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from ruamel.yaml import YAML

from handraiser.agreement.changing import THRESHOLD, thresholds_of
from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, readable

__all__ = ["Parameter", "Parameters", "Part", "parameters", "part_of", "value_of"]

# A rule's keys with a number in them, and what people call them.
_OF_RULE = {
    "points": "points",
    "min": "at least in all",
    "max": "at most in all",
    "at_least": "times it takes",
    "at_most": "counts at most",
    "within": "counts for",
    "decay": "fades",
    "silent_for": "silent for",
}
_OF_SECTION = {
    "min": "at least in all",
    "max": "at most in all",
    "within": "counts for, unless a rule says otherwise",
    "decay": "fades, unless a rule says otherwise",
}
_ONE_NUMBER = re.compile(r"(\D*?)(-?\d+(?:\.\d+)?)(\D*)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_LEAST_ROOM = 20.0  # points that a slider reaches, however few they are now


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value as it is written: a number between words, such as `half-life `, 30 and ` days`; or a text."""

    before: str = ""
    number: float | None = None
    after: str = ""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A value that can be changed.

    says       what it is, in words
    value      as it is written
    low, high  how far a slider reaches; what is beyond can be typed
    """

    name: str
    says: str
    value: str
    part: Part
    low: float = 0.0
    high: float = 0.0


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a rule, a group or a section, under what it is called.

    section  `qualify`, `fit`, `engagement` or `score`: where it stands
    """

    section: str
    title: str
    name: str
    parameters: list[Parameter]


def parameters(agreement: Agreement) -> list[Parameters]:
    """Return what can be changed of an agreement, the threshold first."""
    document = YAML(typ="safe", pure=True).load(agreement.source)
    found = [
        Parameters(section="qualify", title="Threshold", name="", parameters=_threshold(agreement)),
        *_section(document, "fit"),
        *_section(document, "engagement"),
        Parameters(section="score", title="Score", name="", parameters=_keys(document, "score", _OF_SECTION)),
    ]
    return [each for each in found if each.parameters]


def part_of(value: str) -> Part:
    """Return a value with its number apart, if it has exactly one."""
    found = _ONE_NUMBER.fullmatch(value.strip())
    if found is None:
        return Part(before=value.strip())
    return Part(before=found[1], number=float(found[2]), after=found[3])


def value_of(text: str) -> float | int | str | None:
    """Return what a typed value is to `changed`: a number where it is one, None where nothing is left."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    found = _ONE_NUMBER.fullmatch(text)
    return float(text) if found and not found[1] and not found[3] else text or None


def _threshold(agreement: Agreement) -> list[Parameter]:
    written = thresholds_of(agreement)
    if len(set(written)) != 1:
        return []  # several at once would become one
    return [_parameter(THRESHOLD, "score needed", written[0])]


def _section(document: Mapping[str, Any], section: str) -> Iterator[Parameters]:
    part = document.get(section) or {}
    for rule in part.get("rules") or []:
        yield Parameters(
            section=section,
            title=capital(readable(rule["rule"], rule.get("title") or "")),
            name=rule["rule"],
            parameters=_of_rule(rule),
        )
    for group, limits in (part.get("groups") or {}).items():
        named = [_parameter(f"{group}.{key}", _OF_SECTION[key], limits[key]) for key in limits or ()]
        title = f"Together: {readable(group)}"
        yield Parameters(section=section, title=title, name=group, parameters=named)
    yield Parameters(
        section=section,
        title=f"All of {section}",
        name=section,
        parameters=_keys(document, section, _OF_SECTION),
    )
    grades = part.get("grades") or {}
    bounds = [_parameter(f"grades.{name}", f"fit for {name}", bound) for name, bound in grades.items()]
    yield Parameters(section=section, title="Grades", name="grades", parameters=bounds)


def _of_rule(rule: Mapping[str, Any]) -> list[Parameter]:
    found = []
    for key, says in _OF_RULE.items():
        value = rule.get(key)
        if isinstance(value, list):
            found += [
                _parameter(
                    f"{rule['rule']}.{key}.{k}.points", f"points where {band.get('when')}", band["points"]
                )
                for k, band in enumerate(value, 1)
                if "points" in band
            ]
        elif value is not None:
            found.append(_parameter(f"{rule['rule']}.{key}", says, value))
    return found


def _keys(document: Mapping[str, Any], section: str, says: Mapping[str, str]) -> list[Parameter]:
    part = document.get(section) or {}
    return [_parameter(f"{section}.{key}", told, part[key]) for key, told in says.items() if key in part]


def _parameter(name: str, says: str, value: object) -> Parameter:
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    part = part_of(text)
    low, high = _reach(part, key=name.rpartition(".")[2])
    return Parameter(name=name, says=says, value=text, part=part, low=low, high=high)


def _reach(part: Part, *, key: str) -> tuple[float, float]:
    """Return how far a slider reaches: from nothing to some times as much."""
    if part.number is None:
        return 0.0, 0.0
    if part.after.strip():  # a time, or so many a day: none at all would be a mistake
        return 1.0, max(3 * part.number, 10.0)
    if key == "at_least":
        return 1.0, max(3 * part.number, 10.0)
    most = max(2 * abs(part.number), _LEAST_ROOM)
    return (-most, 0.0) if part.number < 0 else (0.0, most)
