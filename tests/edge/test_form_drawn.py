"""Whatever a text is, its form is drawn or says why not, and nothing that is done in it breaks the text."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.agreement import read
from handraiser.agreement.spans import Items, Keys, Path, Value, spans
from handraiser.edge.web.agreements.form import drawn
from handraiser.edge.web.agreements.form_acts import Act, act_of, done
from handraiser.errors import Mistakes
from tests.pages import ROOT

EXAMPLE = (ROOT / "tests/agreement/example.yaml").read_text(encoding="utf-8")
SIGNS = st.sampled_from(
    [
        *(
            "\n",
            "  ",
            "- ",
            ": ",
            " #",
            "{",
            "}",
            "[",
            "]",
            ",",
            "'",
            '"',
            "&a ",
            "*a",
            "? ",
            "|\n",
            "<<: ",
            "!!str ",
        ),
        *(
            "null",
            "rule: x",
            "points: ",
            "\n- ",
            "\n  - ",
            "{a: 1}",
            "[a: 1]",
            "\t",
            "é",
            "\n---\n",
            "\x85",
            ": []",
        ),
    ]
)
DOES = st.sampled_from(["set", "set", "name", "add", "copy", "remove", "remove", "up", "down"])
VALUES = st.sampled_from(
    ["", "7", "no", "a: b #c", "x, y", "fit", "event", "band", "route", "reason", "'", "line\nline"]
)


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """The example with some places overwritten."""
    text = EXAMPLE
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(SIGNS) + text[start + draw(st.sampled_from([0, 0, 1, 5])) :]
    return text


def paths(value: Value, path: Path = ()) -> list[Path]:
    """Return the paths of all that stands in a text, and of some that does not."""
    found: list[Path] = [(*path, "group"), (*path, "say"), (*path, "min", "x"), (*path, 99)]
    if isinstance(value, Items):
        for number, each in enumerate(value.items):
            found += [(*path, number), *paths(each, (*path, number))]
    elif isinstance(value, Keys):
        for word, each in value.entries:
            found += [(*path, word.text), *paths(each, (*path, word.text))]
    return found


@settings(max_examples=80, deadline=None)
@given(text=spoiled(), data=st.data())
def test_any_text_has_a_form_that_can_be_worked_in_or_says_why_not(text: str, data: st.DataObject) -> None:
    try:
        root = spans(text)
    except Mistakes:
        return
    assert drawn(text, read(text + "\n")[1]).parts
    do, value = data.draw(DOES), data.draw(VALUES)
    path = data.draw(st.sampled_from([each for each in paths(root) if isinstance(each[0], str)]))
    try:
        now, _ = done(text, Act(do, path, value))
    except Mistakes:
        return
    assert drawn(now).parts


def test_what_no_page_says_is_nothing_that_was_done() -> None:
    for at in ("", "{}", "[]", "[1]", '["fit", 1.5]', '["fit", true]', json.dumps(["a"] * 9), "[" * 2000):
        assert act_of({"do": "set", "at": at, "value": "1"}) is None
    assert act_of({"do": "burn", "at": '["fit"]'}) is None
