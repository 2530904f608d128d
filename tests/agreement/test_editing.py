"""A text with one thing changed is the text with that changed: every other character is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.agreement import load, read
from handraiser.agreement.changing import changed
from handraiser.agreement.editing import (
    copied,
    free_name,
    key_renamed,
    renamed,
    with_group,
    with_parameter,
    with_rule,
    with_threshold,
)
from handraiser.agreement.listing import item_text, moved, with_item, without_item
from handraiser.agreement.numbers import parameters, value_of
from handraiser.agreement.setting import with_value, with_words, without
from handraiser.agreement.spans import Items, Keys, Value, Word, found, spans
from handraiser.agreement.spans import Path as Where
from handraiser.errors import Mistakes
from tests.pages import PAGES, ROOT, blocks

ODD = """\
# a heading
agreement: odd   # its name,\twith a tab
title: 'It''s "odd"'
"fit":
    max: 30   # no more

    rules:
    # who they are
    -   rule: big       # the biggest
        when: "lead.size >= 100 and lead.note <> 'a # b'"
        # how much
        points: 5

    - {rule: flow, when: lead.a = 'x', points: 5}  # beside


    - rule: bands
      points:
        - {when: "lead.t ilike '%chief%'", points: 20}
        -
          when: lead.t = 'y'
          points: 10   # less
      # at the end
engagement: {within: 90 days, rules: [
  {rule: visit, event: [Visit, "Page: Viewed"], points: 1},  # first
  # before the second
  {rule: 'quoted', event: 'Q', where: x > 1, points: -2, say: "Tell \\"them\\" – now"},
]}
qualify:
  mql: >-
    fit >= 10 and
    score > 12
  never: |   # in lines
    lead.unsubscribed
    or lead.gone

score: {max: 90}
handoff:
  accept_within: &fast 4 hours
  contact_within: *fast
recycle:
  requalify_after: 2 days
  forget_engagement: true  # the end"""
SHORT = """\
fit: {rules: []}  # nobody
engagement:
  rules:
  - rule: visit
    event: Visit
    points: 1
qualify:
  mql: score >= 1 and (visit or count(visit) > 2)
"""
FILES = [*sorted((ROOT / "examples").glob("**/*.yaml")), *(ROOT / "evaluation").glob("*.yaml")]
FILES += [ROOT / "bench/agreement.yaml", Path(__file__).parent / "example.yaml"]
TEXTS = [
    *(file.read_text(encoding="utf-8") for file in FILES if "cases" not in file.name),
    *(
        block.text
        for page in PAGES
        for block in blocks(page)
        if "qualify:" in block.text and "yaml" in block.info
    ),
]
STYLES = [ODD, ODD + "\n", ODD.replace("\n", "\r\n"), "\ufeff" + ODD, SHORT, SHORT.rstrip()]
RULE = "# why it is there\n- rule: fresh   # new\n  event: Visit\n  points: 5"
VALUES = st.one_of(
    st.sampled_from(
        [
            "no",
            "12",
            "-2.5",
            "~",
            "",
            " ",
            "a: b",
            "a #b",
            "x, y",
            "[a]",
            "{",
            "it's",
            '"',
            "\\",
            "&a",
            "*b",
            "- c",
            "|",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


def words(value: Value, path: Where = ()) -> Iterator[tuple[Where, Word]]:
    """Yield every single value that is one place's alone, and its path."""
    if value.shared:
        return
    if isinstance(value, Word):
        yield path, value
    elif isinstance(value, Items):
        for number, each in enumerate(value.items):
            yield from words(each, (*path, number))
    else:
        for key, each in value.entries:
            yield from words(each, (*path, key.text))


def lists(text: str) -> Iterator[tuple[Where, Items]]:
    """Yield every list of rules, bands, steps or words, and its path."""
    yield from _lists(spans(text), ())


def _lists(value: Value, path: Where) -> Iterator[tuple[Where, Items]]:
    if isinstance(value, Items):
        yield path, value
        for number, each in enumerate(value.items):
            yield from _lists(each, (*path, number))
    elif isinstance(value, Keys):
        for key, each in value.entries:
            yield from _lists(each, (*path, key.text))


def meant(text: str) -> dict[Where, str]:
    return {path: word.text for path, word in words(spans(text))}


def comments(text: str) -> list[str]:
    return sorted(line.partition("# ")[2].rstrip() for line in text.splitlines() if "# " in line)


def test_there_are_texts_to_try_it_on() -> None:
    assert len(TEXTS) > 8


@pytest.mark.parametrize("text", TEXTS + STYLES)
def test_what_is_set_to_what_it_is_changes_nothing(text: str) -> None:
    for path, word in words(spans(text)):
        assert with_value(text, path, word.text) == text, path


@settings(max_examples=150, deadline=None)
@given(data=st.data(), text=st.sampled_from(TEXTS + STYLES), value=VALUES)
def test_one_value_changes_and_nothing_else(data: st.DataObject, text: str, value: str) -> None:
    path, was = data.draw(st.sampled_from(list(words(spans(text)))))
    changed = with_value(text, path, value)
    if was.style in ("|", ">"):
        value = value.rstrip("\n")
        changed_value = meant(changed)[path].rstrip("\n")
    else:
        changed_value = meant(changed)[path]
    assert changed_value == value
    assert changed.startswith(text[: was.start])
    assert changed.endswith(text[was.end :])
    assert {**meant(text), path: ""} == {**meant(changed), path: ""}


@pytest.mark.parametrize("text", TEXTS + STYLES)
def test_a_rule_that_comes_and_goes_leaves_no_trace(text: str) -> None:
    for section in ("fit", "engagement"):
        more = with_rule(text, section, RULE)
        rules = found(spans(more), (section, "rules"))
        assert isinstance(rules, Items)
        last = (section, "rules", len(rules.items) - 1)
        assert meant(more)[(*last, "rule")] == "fresh"
        assert {**meant(more), **meant(text)} == meant(more)
        if found(spans(text), (section, "rules")) is not None:
            assert without_item(more, last) == text


@pytest.mark.parametrize("text", TEXTS + STYLES)
def test_an_item_behind_any_other_comes_and_goes(text: str) -> None:
    for path, items in lists(text):
        for number in range(len(items.items)):
            more = with_item(text, path, item_text(text, (*path, number)), after=number)
            assert without_item(more, (*path, number + 1)) == text, (path, number)


@pytest.mark.parametrize("text", TEXTS + STYLES)
def test_an_item_that_goes_down_and_up_is_where_it_was(text: str) -> None:
    for path, items in lists(text):
        for number in range(len(items.items) - 1):
            other = moved(text, (*path, number), 1)
            assert comments(other) == comments(text)
            assert moved(other, (*path, number + 1), -1) == text
            assert sorted(meant(other).values()) == sorted(meant(text).values())
        assert moved(text, (*path, 0), -1) == text if items.items else True


@pytest.mark.parametrize("text", TEXTS + STYLES)
def test_a_key_that_comes_and_goes_leaves_no_trace(text: str) -> None:
    new = {
        ("currency",): "EUR",
        ("fit", "min"): "-5",
        ("engagement", "decay"): "half-life 30 days",
        ("engagement", "rules", 0, "say"): "Ask: who # decides?",
        ("score", "min"): "-10",
        ("handoff", "hand_raise", "accept_within"): "30 minutes",
        ("recycle", "reasons", "not_ready", "nurture"): "education",
    }
    for path, value in new.items():
        if found(spans(text), path) is not None or path == ("engagement", "rules", 0, "say"):
            continue
        more = with_value(text, path, value)
        assert meant(more) == {**meant(text), path: value}, path
        if found(spans(text), path[:-1]) is not None:
            assert without(more, path) == text, path


@pytest.mark.parametrize("text", STYLES)
def test_whatever_goes_takes_only_its_own_lines_along(text: str) -> None:
    for path, word in words(spans(text)):
        if isinstance(path[-1], int) or path in {("fit", "rules", 2, "points", 1, "when")}:
            continue
        less = without(text, path)
        gone = {each for each in meant(text) if each not in meant(less)}
        assert path in gone
        assert all(meant(less)[each] == meant(text)[each] for each in meant(less))
        own = text.splitlines()[word.line - 1].partition("# ")[2].rstrip()
        assert set(comments(text)) - set(comments(less)) <= {own, "in lines"}


def test_a_copy_has_a_name_of_its_own_and_a_new_name_is_known_to_qualify() -> None:
    text = copied(SHORT, ("engagement", "rules", 0))
    assert meant(text)["engagement", "rules", 1, "rule"] == "visit_2"
    text = renamed(SHORT, ("engagement", "rules", 0), "seen")
    assert meant(text)["qualify", "mql"] == "score >= 1 and (seen or count(seen) > 2)"
    assert read(text)[0] is not None
    assert free_name(SHORT, "Visit!") == "visit_2"
    assert free_name(SHORT, "And") == "and_2"


def test_groups_lists_of_events_and_the_threshold_are_set_as_people_mean_them() -> None:
    text = with_group(SHORT, ("engagement", "rules", 0), "web")
    text = with_words(text, ("engagement", "rules", 0, "event"), ["Visit", "Page, seen"])
    text = key_renamed(with_threshold(text, "40"), ("engagement", "groups", "web"), "site")
    agreement, diagnostics = read(text)
    assert not diagnostics
    assert agreement is not None
    assert agreement.engagement.rules[0].event == ("Visit", "Page, seen")  # type: ignore[union-attr]
    assert agreement.qualify.mql.text.startswith("score >= 40")
    assert [group.name for group in agreement.engagement.groups] == ["site"]
    with pytest.raises(Mistakes, match="number"):
        with_threshold(SHORT, "abc")


def test_a_parameter_is_changed_where_it_stands_and_means_what_changed_makes_of_it() -> None:
    text = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
    agreement = load(text)
    named = [each for part in parameters(agreement) for each in part.parameters]
    assert len(named) > 20
    for each in named:
        assert with_parameter(text, each.name, each.value) == text, each.name
        if each.part.number is None:
            continue
        other = f"{each.part.before}{each.part.number + 1:g}{each.part.after}"
        now = with_parameter(text, each.name, other)
        assert load(now).fingerprint == changed(agreement, {each.name: value_of(other)}).fingerprint
        assert sum(old != new for old, new in zip(text.splitlines(), now.splitlines(), strict=True)) == 1
    assert "at_most" not in with_parameter(text, "pricing.at_most", "").partition("pricing\n")[2][:150]


def test_what_stands_for_several_places_is_left_to_the_text() -> None:
    for path in (("handoff", "accept_within"), ("handoff", "contact_within"), ("fit", "rules", 9, "points")):
        with pytest.raises(Mistakes, match="HR606"):
            with_value(ODD, path, "5 hours")
    for broken in ("a: [", "- a\n- b\n", "a: 1\n---\nb: 2\n", "[" * 200, ""):
        with pytest.raises(Mistakes):
            spans(broken)


FOLDED = """\
engagement:
  rules:
    - rule: visit
      event: [Visit,   # the page
        Seen]
      say: >
        Call them.
      max: 10
        # more would be too much
      points: 1
"""


def test_a_text_of_several_parts_stays_as_long_as_it_is_however_often_it_is_set() -> None:
    text, at = FOLDED, ("engagement", "rules", 0, "say")
    for more in ("First part.\n\nSecond part", "First part.\n\nSecond part.", "One\ntwo\n\n\nfive"):
        text = with_value(text, at, more)
        assert meant(text)[at].rstrip("\n") == more  # type: ignore[union-attr]


def test_what_goes_leaves_its_comments_out_of_the_text_above_and_no_comment_goes_with_a_list() -> None:
    less = without(FOLDED, ("engagement", "rules", 0, "max"))
    assert meant(less)["engagement", "rules", 0, "say"] == "Call them.\n"
    assert "      # more would be too much\n" in less
    with pytest.raises(Mistakes, match="several lines"):
        with_words(FOLDED, ("engagement", "rules", 0, "event"), ["Visit", "Seen", "Read"])


@pytest.mark.parametrize("name", ["score", "pricing"])
def test_a_name_that_something_else_has_does_not_become_part_of_qualify(name: str) -> None:
    text = "fit:\n  rules:\n  - rule: a\n  - rule: pricing\nqualify:\n  mql: score > 5 and (a or pricing)\n"
    taken = renamed(text, ("fit", "rules", 0), name)
    assert meant(taken)["qualify", "mql"] == "score > 5 and (a or pricing)"
    assert (
        meant(renamed(taken, ("fit", "rules", 0), "aa"))["qualify", "mql"] == "score > 5 and (a or pricing)"
    )
