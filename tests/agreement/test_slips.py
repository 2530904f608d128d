"""What people write out of habit is answered with what this language has for it."""

from __future__ import annotations

import pytest
from agreement_texts import event_rule, expected, fit_rule, fixes, found_in, written
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.agreement.conditions import QualifyNames, Scope, check_expression, check_qualify
from handraiser.agreement.model import Sql
from handraiser.errors import Diagnostic

QUALIFY = QualifyNames(
    event_rules=frozenset({"visit"}), rules=frozenset({"visit"}), grades=("A", "B"), lists=frozenset()
)


def only(text: str, scope: Scope = Scope.ATTRIBUTES) -> Diagnostic:
    (found,) = check_expression(Sql(text), scope=scope, lists=())
    return found


def pointed(text: str, found: Diagnostic) -> str:
    return text[found.at.column - 1 :]


# ---- numbers


@pytest.mark.parametrize(
    ("points", "number"),
    [
        ("5%", "5"),
        ("20 points", "20"),
        ("-1 point", "-1"),
        ("20pts", "20"),
        ('"1,5"', "1.5"),
        ("1,5", "1.5"),
        ('"1,000"', "1000"),
        ("1.000.000", "1000000"),
        ("5k", "5000"),
        ("50 €", "50"),
    ],
)
def test_points_with_something_beside_the_number_are_told_the_number(points: str, number: str) -> None:
    for text in (
        fit_rule(f"    when: lead.x = 1\n    points: ‸{points}"),
        event_rule(f"    event: V\n    points: ‸{points}"),
        event_rule(f"    event: V\n    points: ‸{points}\n    at_least: 2"),
    ):
        assert found_in(text) == expected(text, "HR103")
        assert fixes(text) == [f"Write `{number}`."]


def test_a_limit_with_a_word_behind_its_number_is_told_the_number() -> None:
    text = event_rule("    event: V\n    points: 1\n    at_least: ‸2 times")
    assert (found_in(text), fixes(text)) == (expected(text, "HR103"), ["Write `2`."])


@pytest.mark.parametrize("points", ['"+10"', "+10"])
def test_points_may_have_a_sign(points: str) -> None:
    assert found_in(event_rule(f"    event: V\n    points: {points}")) == []


@pytest.mark.parametrize(
    ("number", "meant"), [("1,5", "1.5"), ("1,000", "1000"), ("1,000,000", "1000000"), ("1,000.5", "1000.5")]
)
def test_a_comma_inside_a_number_between_braces_is_told_as_one_mistake(number: str, meant: str) -> None:
    text = written(
        engagement="  rules:\n  - {rule: v, event: V, points: "
        + number.replace(",", "‸,", 1)
        + ", ‸pints: 1}"
    )
    assert found_in(text) == expected(text, "HR213", "HR101")
    assert fixes(text)[0] == f"Write `{meant}`."


@pytest.mark.parametrize(
    ("text", "spot", "fix"),
    [
        ("company.revenue > 1,000,000", "1,000,000", "Write 1000000."),
        ("company.revenue between 1,000 and 2000", "1,000 and", "Write 1000."),
        ("company.revenue > 1.000.000", "1.000.000", "Write 1000000."),
        ("company.revenue > 1_000", "1_000", "Write 1000."),
        ("company.revenue > 10 000 000", "10 000", "Write 10000000."),
        ("company.revenue > 50k", "50k", "Write 50000."),
        ("company.revenue > 50,5", "50,5", "Write 50.5."),
        ("lead.age > 5d", "5d", "Write 5."),
    ],
)
def test_a_number_as_people_write_it_is_told_as_the_language_does(text: str, spot: str, fix: str) -> None:
    found = only(text)
    assert (found.code, found.fix) == ("HR308", fix)
    assert pointed(text, found).startswith(spot)


def test_a_percent_sign_behind_a_number_is_explained() -> None:
    found = only("lead.open_rate > 50% and lead.x = 1")
    assert found.code == "HR308"
    assert found.fix.startswith("Write 50, or 0.5")


def test_a_unit_behind_a_number_is_told_to_go() -> None:
    text = "company.size > 50 employees"
    found = only(text)
    assert (found.code, pointed(text, found)) == ("HR309", "employees")
    assert found.fix == "Write 50 alone; a text stands in single quotes: '50 employees'."


def test_a_time_in_a_condition_is_told_where_times_stand() -> None:
    assert only("lead.joined > 30 days ago").fix.startswith("A condition has no clock")


def test_a_negated_verb_is_told_as_not() -> None:
    assert only("path doesn't contain 'x'", Scope.PROPERTIES).fix == (
        "Write not before the condition, as in not contains(x, 'part')."
    )


def test_a_plus_before_a_value_is_told_to_go() -> None:
    assert only("lead.x > +5").fix == "Take the + away."


# ---- texts without quotes


@pytest.mark.parametrize(
    ("text", "spot", "quoted"),
    [
        ("company.country = US", "US", "'US'"),
        ("lead.country = Germany and lead.x = 1", "Germany", "'Germany'"),
        ("lead.country <> Germany", "Germany", "'Germany'"),
        ("US = company.country", "US", "'US'"),
        ("lower(lead.country) = us", "us", "'us'"),
        ("lead.title like Chief", "Chief", "'Chief'"),
        ("lead.segment = mid-market", "mid-market", "'mid-market'"),
        ("lead.country = New York", "New York", "'New York'"),
        ("lead.country in (New York, Boston)", "New York", "'New York'"),
        ("lead.country in ('Boston', New York)", "New York", "'New York'"),
        ("lead.path = /pricing or lead.x = 1", "/pricing", "'/pricing'"),
        ("lead.path like /pricing%", "/pricing%", "'/pricing%'"),
        ("lead.title ilike %chief officer%", "%chief", "'%chief officer%'"),
        ("lead.title not like %chief%", "%chief%", "'%chief%'"),
    ],
)
def test_a_text_without_quotes_is_told_with_them(text: str, spot: str, quoted: str) -> None:
    found = only(text)
    assert found.code == "HR330"
    assert pointed(text, found).startswith(spot)
    assert quoted in found.fix


def test_a_word_that_may_be_an_attribute_is_told_so_as_well() -> None:
    assert only("company.country = US").fix == (
        "Write 'US' if the text is meant, lead.us or company.us if an attribute."
    )


def test_every_text_of_a_list_is_told() -> None:
    found = check_expression(Sql("lead.country in (US, CA)"), scope=Scope.ATTRIBUTES, lists=())
    assert [(each.code, each.at.column) for each in found] == [("HR330", 18), ("HR330", 22)]


def test_yes_and_no_may_be_meant_as_true_and_false() -> None:
    assert only("lead.opted_in = yes").fix == "Write true, without quotes; 'yes' if the text is meant."
    assert only("lead.opted_in = No").fix == "Write false, without quotes; 'No' if the text is meant."


def test_a_name_beside_another_or_beside_a_number_is_an_attribute() -> None:
    assert only("employees > 50").code == "HR324"
    found = check_expression(Sql("country = US"), scope=Scope.ATTRIBUTES, lists=())
    assert [each.code for each in found] == ["HR324", "HR330"]


def test_a_word_beside_a_property_may_be_a_property() -> None:
    assert check_expression(Sql("path = pricing"), scope=Scope.PROPERTIES, lists=()) == []


def test_two_words_beside_a_property_are_a_text() -> None:
    found = only("title = CRM Guide", Scope.PROPERTIES)
    assert (found.code, found.fix) == ("HR330", "Write 'CRM Guide'.")


@pytest.mark.parametrize(
    ("text", "spot", "quoted"),
    [
        ("score > 3 and company.country = US", "US", "'US'"),
        ("lead.country in (US, 'CA') and visit", "US", "'US'"),
        ("grade = A", "A", "'A'"),
        ("grade in (A, 'B')", "A", "'A'"),
    ],
)
def test_in_qualify_too(text: str, spot: str, quoted: str) -> None:
    (found,) = check_qualify(Sql(text), names=QUALIFY)
    assert found.code == "HR330"
    assert pointed(text, found).startswith(spot)
    assert quoted in found.fix


def test_a_rule_misspelled_in_qualify_is_no_text() -> None:
    (found,) = check_qualify(Sql("count(visit) >= three"), names=QUALIFY)
    assert found.code == "HR350"


# ---- words of other languages


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("path contains '/x'", "Write contains(path, '/x'), or path like '%/x%'."),
        ("path includes '/x'", "Write contains(path, '/x'), or path like '%/x%'."),
        ("path does not contain '/x'", "Write not contains(path, '/x'), or path not like '%/x%'."),
        ("path not contains '/x'", "Write not contains(path, '/x'), or path not like '%/x%'."),
        ("path starts with '/x'", "Write starts_with(path, '/x'), or path like '/x%'."),
        ("path begins with '/x'", "Write starts_with(path, '/x'), or path like '/x%'."),
        ("path ends with '/x'", "Write ends_with(path, '/x'), or path like '%/x'."),
        ("path starts with /x and x = 1", "Write starts_with(path, '/x'), or path like '/x%'."),
        ("title equals 'x'", "Write title = 'x'."),
        ("title is equal to 'x'", "Write title = 'x'."),
        ("title is 'x'", "Write title = 'x'."),
        ("title is not 'x'", "Write title <> 'x'."),
        ('title is "x"', "Write title = 'x'."),
        ("host ends with x.com", "Write ends_with(host, 'x.com'), or host like '%x.com'."),
        ("host ends with lead.x", "Write ends_with(host, lead.x), or host like '%lead.x'."),
        ("title is Guide", "Write title = 'Guide'."),
        ("title does not equal 'x'", "Write title <> 'x'."),
        ("title is one of 'x', 'y'", "Write title in ('x', 'y')."),
        ("title is one of ('x', 'y') and a = 1", "Write title in ('x', 'y')."),
        ("title is not in ('x', 'y')", "Write title not in ('x', 'y')."),
        ("title matches 'x%'", "Write title like 'x%'."),
        ("price is at least 5", "Write price >= 5."),
        ("price at most 5", "Write price <= 5."),
        ("price is greater than 5", "Write price > 5."),
        ("price is less than 5", "Write price < 5."),
        ("price more than 5", "Write price > 5."),
        ("price is empty", "Write price is null."),
        ("price is not empty", "Write price is not null."),
        ("price is missing or x = 1", "Write price is null."),
        ("price exists", "Write price is not null."),
        ("lower(path) contains 'x'", "Write contains(lower(path), 'x'), or lower(path) like '%x%'."),
        ("path contains('x')", "Write contains(path, 'x'), or path like '%x%'."),
        ("a = 1 and path contains 'x'", "Write contains(path, 'x'), or path like '%x%'."),
    ],
)
def test_a_phrase_of_another_language_is_told_in_this_one(text: str, fix: str) -> None:
    found = only(text, Scope.PROPERTIES)
    assert (found.code, found.fix) == ("HR309", fix)


def test_the_whole_phrase_is_named_where_it_begins() -> None:
    text = "lead.path does not contain '/x'"
    found = only(text)
    assert pointed(text, found).startswith("does not contain")
    assert found.says == "`does not contain` is no comparison of this language."
    assert found.fix == "Write not contains(lead.path, '/x'), or lead.path not like '%/x%'."


@pytest.mark.parametrize(("text", "fix"), [("a = 1 adn b = 2", "and"), ("a betwen 1 and 2", "between")])
def test_a_misspelled_word_of_the_language_is_named(text: str, fix: str) -> None:
    found = only(text, Scope.PROPERTIES)
    assert (found.code, found.fix) == ("HR309", f"Did you mean `{fix}`?")


def test_a_name_with_a_blank_is_told_its_double_quotes() -> None:
    assert (
        only("lead.job title = 'x'").fix == 'A name with a blank stands in double quotes: lead."job title".'
    )
    assert only("page title like 'x'", Scope.PROPERTIES).fix == (
        'A name with a blank stands in double quotes: "page title".'
    )


WORDS = [
    *(
        "is",
        "not",
        "does",
        "contains",
        "starts",
        "with",
        "one",
        "of",
        "at",
        "least",
        "in",
        "like",
        "and",
        "adn",
    ),
    *(
        "path",
        "lead.x",
        "US",
        "1",
        "1,000",
        "50%",
        "k",
        "'a'",
        '"b"',
        "/x",
        "%",
        "(",
        ")",
        ",",
        "=",
        ">",
        "+",
    ),
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_habit_makes_the_check_itself_fail(text: str) -> None:
    for scope in Scope:
        assert all(each.says and each.fix for each in check_expression(Sql(text), scope=scope, lists=()))
    assert all(each.says and each.fix for each in check_qualify(Sql(text), names=QUALIFY))


# ---- qualify


@pytest.mark.parametrize(("word", "meant"), [("no", "false"), ("yes", "true"), ("Off", "false")])
def test_yes_and_no_as_a_whole_condition_are_told_as_true_and_false(word: str, meant: str) -> None:
    text = written(qualify=f"  mql: score > 1\n  never: ‸{word}")
    assert found_in(text) == expected(text, "HR214")
    assert fixes(text) == [f"Write `{meant}`, or leave the key out."]
