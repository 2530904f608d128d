"""Conditions are filled in by rows, and taken apart into them: neither changes what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.agreement.expression import Name
from handraiser.agreement.operators import OPERATORS, Sort, Takes, offered
from handraiser.agreement.parser import parse
from handraiser.agreement.rows import (
    Built,
    Row,
    put_together,
    same,
    slip_of,
    spelled_name,
    spelled_number,
    taken_apart,
)
from tests.scoring.expression_strategies import expressions, write

numbers = st.one_of(
    st.integers(-(10**6), 10**6).map(float), st.floats(allow_nan=False, allow_infinity=False)
).map(spelled_number)
texts = st.one_of(
    st.sampled_from(["US", "it's", "50%", "a_b", "100% of it!", "!", "%", "null", "5", "a or b", "é\\"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8),
).map(str.strip).filter(bool)  # fmt: skip
names = st.one_of(
    st.sampled_from(["country", "job title", "end", "select", "$url", 'a"b', "größe", "lead"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8),
).map(str.lower).filter(lambda name: name == name.lower())  # fmt: skip
# A pattern may be what another operator writes.
PATTERNS = {"like", "not_like", "ilike", "not_ilike"}
fields = st.builds(spelled_name, st.sampled_from(["lead", "company", ""]), names)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    operator = draw(st.sampled_from(sorted(OPERATORS.keys() - PATTERNS)))
    one = OPERATORS[operator]
    compares = one.takes in (Takes.ONE, Takes.TWO, Takes.SEVERAL) and one.pattern is None
    of_texts = any(sign in one.written for sign in ("like", "contains(", "_with("))
    by_number = compares and not of_texts and draw(st.booleans())
    many = {Takes.NOTHING: (0, 0), Takes.TWO: (2, 2), Takes.SEVERAL: (1, 4)}.get(one.takes, (1, 1))
    values = draw(st.lists(numbers if by_number else texts, min_size=many[0], max_size=many[1]))
    return Row(draw(fields), operator, tuple(values), by_number)


built = st.builds(
    Built, st.sampled_from(["and", "or"]),
    st.lists(st.lists(rows(), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
)  # fmt: skip


@given(built)
def test_what_rows_say_is_taken_apart_into_rows_that_say_it(filled: Built) -> None:
    text = put_together(filled)
    assert taken_apart(text) == filled.canonical(), text
    assert same(put_together(filled.canonical()), text)


@given(expressions)
def test_no_condition_is_changed_by_being_taken_apart(expression: object) -> None:
    text = write(expression)  # type: ignore[arg-type]
    found = taken_apart(text)
    assert found is None or same(put_together(found), text)


@pytest.mark.parametrize(
    "text",
    [
        "lead.size >= 50",
        "company.country in ('US', 'CA') and (lead.job_title ilike '%chief%' or lead.job_title ilike '%vp%')",
        "whitepaper or webinar",
        "fit >= 25 and score > 50 and (whitepaper or count(webinar) >= 2)",
        "lead.size between 50 and 500 and not listed(lead.email_domain, 'rivals')",
        "path like '/pricing%' and seconds >= -1.5",
        "grade in ('A', 'B')",
        "lead.note ilike '%50!%%' escape '!' or lead.note is null",
        "not lead.unsubscribed and company.is_customer = false",
        "lead.zip = '90210' and lead.size <> 1e+16",
        "\"end\" = 'x' and lead.\"job title\" not in ('a')",
    ],
)
def test_such_conditions_are_shown_by_rows_and_stay_letter_by_letter(text: str) -> None:
    found = taken_apart(text)
    assert found is not None
    assert put_together(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "lead.size >=", "lead.size * 2 > 5", "50 <= lead.size", "lower(lead.country) = 'us'",
        "case when lead.a = 1 then true else false end",
        "(lead.a = 1 or (lead.b = 2 and lead.c = 3)) and lead.d = 4",
        "lead.a in (1, 'x')", "lead.a = lead.b", "lead.a = ' x'", "lead.a = null", "not (lead.a = 1)",
    ],
)  # fmt: skip
def test_what_says_more_than_rows_can_is_left_to_be_typed(text: str) -> None:
    assert taken_apart(text) is None


def test_a_row_says_what_is_still_missing() -> None:
    assert slip_of(Row("", "is", ("x",))) == "Choose a field."
    assert slip_of(Row("lead.a", "between", ("1", ""), True)) == "Fill in both values."
    assert slip_of(Row("lead.a", "listed")) == "Choose a list."
    assert "1,000" in slip_of(Row("lead.a", "at_least", ("1,000",), True))
    assert slip_of(Row("lead.a", "known")) == ""
    # What is filled in as a number can be nothing else.
    assert "no number" in slip_of(Row("lead.a", "at_least", ("5 or true",), True))


def test_every_operator_that_is_offered_can_be_written() -> None:
    for sort in Sort:
        for name, says in offered(sort, lists=True):
            values = {Takes.NOTHING: (), Takes.TWO: ("1", "2")}.get(OPERATORS[name].takes, ("1",))
            assert taken_apart(put_together(Built("and", ((Row("lead.a", name, values),),)))), says
    assert "listed" not in dict(offered(Sort.TEXT, lists=False))
    assert dict(offered(Sort.RULE, lists=False, now="at_least"))["at_least"] == "is at least"


def test_a_name_is_written_so_that_it_is_read_as_that_name() -> None:
    for qualifier, name in (("lead", "end"), ("", "end"), ("", 'say "hi"'), ("company", "größe")):
        assert isinstance(found := parse(spelled_name(qualifier, name)), Name)
        assert (found.qualifier, found.name) == (qualifier, name)
