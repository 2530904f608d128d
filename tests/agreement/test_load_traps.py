"""What YAML makes of a text that was meant otherwise is found, explained, and read around."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement_texts import event_rule, expected, fit_rule, fixes, found_in, written

from handraiser import agreement
from handraiser.agreement.model import EventRule, FitRule
from handraiser.errors import Mistakes, Unavailable

AGAIN = "\n    points: 1\n  - {rule: again, when: *adult, points: 1}\n  - rule: other\n    when: lead.y = 1"


def fit(when: str) -> str:
    return fit_rule(f"    when: {when}\n    points: 1")


def event(name: str) -> str:
    return event_rule(f"    event: {name}\n    points: 1")


TRAPS = {
    "a comment cuts a condition": ("HR211", fit("lead.title = 'Agent ‸#1'")),
    "a comment in the middle of a condition": ("HR211", fit("lead.x = 1 ‸# why\n      and lead.y = 2")),
    "a colon cuts a condition": ("HR212", fit("lead.title = 'VP‸: Sales'")),
    "a colon cuts the second line of a condition": (
        "HR212",
        fit("lead.x = 1 and\n      lead.title = 'VP‸: Sales'"),
    ),
    "a colon makes a key of a condition": ("HR212", fit("\n      ‸lead.title = 'VP: Sales'")),
    "a colon in the name of an event": ("HR212", event("Deal‸: Won")),
    "a colon cuts a condition inside braces": (
        "HR212",
        fit_rule("    points:\n    - {when: lead.title = 'VP‸: Sales', points: 1}"),
    ),
    "a comma cuts a condition inside braces": (
        "HR213",
        fit_rule("    points:\n    - {when: company.country in ('US'‸, 'CA'), points: 1}"),
    ),
    "a comma between numbers inside braces": (
        "HR213",
        fit_rule("    points:\n    - {when: company.size in (1‸, 2), points: 1}"),
    ),
    "a rule is named no": (
        "HR214",
        event_rule("    event: V\n    points: 1\n  - rule: ‸no\n    event: V\n    points: 1"),
    ),
    "an event is named On": ("HR214", event("‸On")),
    "a country of a list is Norway": ("HR214", written(more="lists: {nordic: [SE, ‸NO]}")),
    "a boolean is yes": ("HR214", written(more="recycle: {forget_engagement: ‸yes}")),
    "a rule is named 1": ("HR215", written(engagement="  rules:\n  - {rule: ‸1, event: V, points: 1}")),
    "an event is a time of day": ("HR215", event("‸12:30")),
    "a list of postal codes": ("HR215", written(more="lists: {zips: [‸01234]}")),
    "a grade is a number": ("HR215", written(fit="  grades: {‸1: 40}")),
    "a name is null": ("HR216", written(engagement="  rules:\n  - {rule: ‸~, event: V, points: 1}")),
    "an event is null": ("HR216", event("‸null")),
    "nothing is written behind a key": ("HR216", event_rule("    event: V\n    ‸points:")),
    "nothing is written under a section": ("HR216", written(more="‸handoff:")),
    "an event is a date": ("HR217", event("‸2026-01-31")),
    "a number is quoted": ("HR218", written(fit='  max: ‸"50"')),
    "a number has a leading nought": ("HR219", written(fit="  max: ‸050")),
    "a number has an underscore": ("HR219", event_rule("    event: V\n    points: ‸1_000")),
    "a number is hexadecimal": ("HR219", written(fit="  max: ‸0x1F")),
    "a value begins with @": ("HR220", event("‸@mention")),
    "a value begins with %": ("HR220", event("‸%off coupon")),
    "a value begins with a backtick": ("HR220", event("‸`Visit`")),
    "a value in braces begins with @": (
        "HR220",
        written(engagement="  rules:\n  - {rule: v, event: ‸@a, points: 1}"),
    ),
    "a line begins with %": ("HR220", "‸%agreement\n" + written()),
    "a value begins with *": ("HR221", event("‸*Visit*")),
    "a value is *": ("HR221", event("‸* Visit")),
    "a value begins with &": ("HR222", event("‸&co partners")),
    "a value is & and a word": ("HR222", event("‸& Sons")),
    "a value begins with !": ("HR223", event("‸!important visit")),
    "rules have a tag": ("HR223", written(fit="  rules: ‸!set []")),
    "a key is a list": ("HR224", written(more="? ‸[a, b]\n: c")),
    "a bracket is not closed": ("HR225", event("‸[Visit, Call")),
    "a brace is not closed over two lines": (
        "HR225",
        written(
            engagement="  rules:\n  - ‸{rule: v, event: V,\n     points: 1\n  - {rule: w,"
            " event: V, points: 1}"
        ),
    ),
    "no blank behind a colon": ("HR226", event_rule("    event: V\n    points‸:1\n    within: 3 days")),
    "no blank behind the only colon": ("HR226", written(qualify="  ‸mql:score > 1")),
    "a tab indents a line": ("HR206", event_rule("    event: V\n‸\tpoints: 1")),
    "a line is indented too far": ("HR207", event_rule("    event: V\n     ‸points: 1")),
    "a line is not indented enough": ("HR207", event_rule("    event: V\n   ‸points: 1")),
    "a list begins behind its key": ("HR207", event_rule("    ‸event: - V\n    points: 1")),
    "a double quote is not closed": ("HR208", fit("‸\"lead.x = 'a'")),
    "a single quote is not closed": ("HR208", event("‸'Visit")),
    "a quote inside quotes": ("HR209", event("'It'‸s a visit'")),
    "a text goes on behind its quotes": ("HR209", event('"Visit"‸ of the shop')),
    "a text begins with a bracket": ("HR209", event("[Beta]‸ Visit")),
    "a backslash escapes nothing": ("HR210", event('"a‸\\q"')),
    "an escape has no character": ("HR210", event('"a‸\\UFFFFFFFF"')),
    "an escape gives half a character": ("HR210", event('‸"\\ud800"')),
    "a control character": ("HR202", written(more="title: a‸\x07b\x07")),
    "nothing but a comment": ("HR203", "‸# to be written\n"),
    "a list": ("HR204", "‸- fit\n- engagement\n"),
    "one text": ("HR204", "‸an agreement\n"),
    "a second document": ("HR205", written() + "‸---\nfit: {}\n"),
}


@pytest.mark.parametrize("case", TRAPS)
def test_a_trap_of_yaml_is_told_where_it_stands_and_nothing_else(case: str) -> None:
    codes, text = TRAPS[case]
    assert found_in(text) == expected(text, *codes.split())


@pytest.mark.parametrize(
    "when",
    [
        "company.country = 'US'   # they speak English",
        "(lead.x = 1 or lead.y = 2)  # one 'of' the two",
        "\"lead.title = 'Agent #1'\"",
        "'lead.title = ''VP: Sales'''",
        "lead.title = 'Agent#1'",
        "lead.age >= 18 and\n      lead.age < 65",
        "|\n      lead.age >= 18\n      and lead.age < 65",
        "&adult lead.age >= 18" + AGAIN,
        "!!str true",
    ],
)
def test_what_yaml_reads_as_it_was_meant_is_no_trap(when: str) -> None:
    assert found_in(fit(when)) == []


def test_the_rest_is_checked_behind_every_trap() -> None:
    text = written(
        fit="  rules:\n  - rule: r\n    when: lead.title = 'VP‸: Sales'\n    points: 1\n    ‸pints: 2",
        engagement="  within: ‸@90 days\n  rules:\n  - rule: visit\n    event: ‸*Visit\n    points: ‸01",
        qualify="  mql: visit and score > 1",
        more="timezone: ‸Nowhere",
    )
    assert [code for code, _, _ in found_in(text)] == [
        "HR212",
        "HR101",
        "HR220",
        "HR112",
        "HR221",
        "HR219",
        "HR121",
    ]


def test_lines_that_cannot_be_read_make_nothing_missing_and_hide_no_other_section() -> None:
    text = written(
        fit="  groups: {size: {}}\n  rules:\n  - rule: r\n     ‸when: lead.x = 1\n    points: 1",
        engagement="  rules:\n  - {rule: visit, event: Visit, ‸poinst: 1, points: 1}",
        more="currency: ‸usd",
    )
    assert found_in(text) == expected(text, "HR207", "HR101", "HR122")


def test_two_traps_on_one_line_both_point_at_what_was_written() -> None:
    one = "{when: lead.a in (1‸, 2), points: 1}"
    two = "{when: lead.b in ('x'‸, 'y'), ‸pints: 2, points: 1}"
    text = fit_rule(f"    points: [{one}, {two}]")
    assert found_in(text) == expected(text, "HR213", "HR213", "HR101")


def test_a_file_indented_with_tabs_is_read_all_the_same() -> None:
    rule = "{rule: visit, event: Visit, ‸pints: 2, points: 1}"
    text = f"fit:\n‸\tmax: 5\nengagement:\n\trules:\n\t- {rule}\nqualify:\n\tmql: visit\n"
    assert found_in(text) == expected(text, "HR206", "HR101")


def test_a_misread_word_comes_with_its_quotes() -> None:
    assert fixes(event("off")) == ['Quote it: "off".']


def test_a_file_that_is_not_utf8_is_told_where_and_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "mql.yaml"
    file.write_bytes(("title: Für alle\n" + written(more="titel: x")).encode("latin-1"))
    found, diagnostics = agreement.read(file)
    assert found is None
    assert [(d.code, d.at.file, d.at.line, d.at.column) for d in diagnostics] == [
        ("HR201", str(file), 1, 9),
        ("HR101", str(file), 9, 1),
    ]


def test_a_file_in_utf16_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "mql.yaml"
    file.write_bytes(written(more="titel: x").encode("utf-16"))
    assert [(d.code, d.at.line) for d in agreement.read(file)[1]] == [("HR201", 1), ("HR101", 8)]


def test_a_file_that_is_not_there_is_a_mistake_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text("")
    with pytest.raises(Mistakes) as caught:
        agreement.load(tmp_path / "agrement.yaml")
    (mistake,) = caught.value.diagnostics
    assert mistake.code == "HR227"
    assert "agreement.yaml" in mistake.fix


def test_a_path_that_no_file_can_have_is_not_the_users_mistake() -> None:
    with pytest.raises(Unavailable):
        agreement.load("\0")


def test_a_byte_order_mark_and_windows_lines_change_no_place(tmp_path: Path) -> None:
    file = tmp_path / "mql.yaml"
    file.write_bytes(("\ufeff" + written(more="titel: x").replace("\n", "\r\n")).encode())
    assert [(d.at.line, d.at.column) for d in agreement.read(file)[1]] == [(8, 1)]


@pytest.mark.parametrize(
    ("when", "line", "column"),
    [
        ("lead.x = 1", 4, 11),
        ('"lead.x = 1"', 4, 12),
        ("'lead.x = 1'", 4, 12),
        ("|\n\n      lead.x = 1", 6, 7),
        (">-\n      lead.x = 1", 5, 7),
        ("&adult lead.x = 1" + AGAIN, 4, 18),
        ('!!str "lead.x = 1"', 4, 18),
        ('"  lead.x = 1 "', 4, 14),
    ],
)
def test_a_condition_stands_where_its_first_character_does(when: str, line: int, column: int) -> None:
    rule = agreement.load(fit(when)).fit.rules[0]
    assert isinstance(rule, FitRule)
    assert (rule.bands[0].when.at.line, rule.bands[0].when.at.column) == (line, column)


def test_merged_keys_count_and_a_rules_own_beat_them() -> None:
    text = written(
        engagement="  rules:\n  - &mail {rule: opened, event: Email Opened, points: 1, within: 9 days}\n"
        "  - {<<: *mail, rule: clicked, event: Email Link Clicked}"
    )
    opened, clicked = agreement.load(text).engagement.rules
    assert isinstance(opened, EventRule)
    assert isinstance(clicked, EventRule)
    assert (clicked.name, clicked.event, clicked.points) == ("clicked", ("Email Link Clicked",), 1.0)
    assert clicked.within == opened.within
