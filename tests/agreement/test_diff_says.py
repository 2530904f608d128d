"""Each thing that an agreement says, written otherwise: what is said of it, and which way it goes.

The cases stand in text files: what is taken away (`-`), what is written instead (`+`), and what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from agreement_texts import EXAMPLE
from diff_texts import CALM, STRICTER, back, only
from ruamel.yaml import YAML

from handraiser.agreement import load
from handraiser.agreement.diff import About, Change, diff
from handraiser.errors import Mistakes
from strategies import yaml_text

Case = tuple[str, str, str]
Steps = tuple[str | int, ...]


def cases(name: str) -> list[Case]:
    """What is taken away, what is written instead, and what comes of it."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    found = [block.split("\n") for block in text.strip("\n").split("\n\n")]
    return [(old[2:].replace("\\n", "\n"), new[2:].replace("\\n", "\n"), said) for old, new, said in found]


def shown(change: Change) -> str:
    return f"{change.effect} {change.where}: {change.says}"


@pytest.mark.parametrize(("old", "new", "said"), cases("changes_of_leads.txt"))
def test_a_change_is_said_and_marked(old: str, new: str, said: str) -> None:
    change = only(old, new)
    assert (shown(change), change.about) == (said, About.LEADS)
    (undone,) = diff(load(CALM.replace(old, new, 1)), load(CALM))
    assert undone.effect is back(change.effect)


@pytest.mark.parametrize(("old", "new", "said"), cases("changes_of_sales.txt"))
def test_what_sales_promises_is_told_apart_from_who_becomes_an_mql(old: str, new: str, said: str) -> None:
    change = only(old, new, EXAMPLE)
    assert (shown(change), change.about) == (said, About.SALES)


def test_longer_opening_hours_let_business_time_run_faster() -> None:
    change = only('fri: "09:00-15:00"', 'fri: "09:00-17:00"', EXAMPLE.replace("business day", "hour"))
    assert change.effect is STRICTER
    assert change.says == "Sales is now open Fri 09:00–17:00; before: Fri 09:00–15:00."


def parts(said: Any, path: Steps = ()) -> Iterator[Steps]:
    """The paths of all that stands in an agreement."""
    for key in said if isinstance(said, dict) else range(len(said)) if isinstance(said, list) else ():
        yield (*path, key)
        yield from parts(said[key], (*path, key))


def without(said: Any, path: Steps) -> Any:
    copied = deepcopy(said)
    inside = copied
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]
    return copied


def test_whatever_is_taken_away_from_an_agreement_or_put_into_it_is_told() -> None:
    said = YAML(typ="safe", pure=True).load(EXAMPLE)
    whole, told = load(yaml_text(said)), 0
    for path in parts(said):
        try:
            rest = load(yaml_text(without(said, path)))
        except Mistakes:
            continue
        for old, new in ((whole, rest), (rest, whole)):
            meant = [change for change in diff(old, new) if change.about is not About.WORDS]
            assert bool(meant) is (old.fingerprint != new.fingerprint), path
            told += 1
    assert told > 100
