import duckdb
import pyarrow as pa
import pytest
from evaluate import Row, Value
from expression_strategies import KINDS, LISTS, expressions, rows, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraiser.agreement.expression import Expression
from handraiser.agreement.parser import parse
from handraiser.agreement.trouble import Unreadable
from handraiser.facts.inputs import Column, Kind
from handraiser.scoring.expressions import number, problems, text, truth

COLUMNS = {name: Column(name, f'"{name}"', kind) for name, kind in KINDS.items()}
ARROW = {Kind.NUMBER: pa.float64(), Kind.TEXT: pa.string(), Kind.BOOLEAN: pa.bool_()}
FORMS = ((truth, Row.truth), (number, Row.number), (text, Row.text))
DATA = {
    "n": [5.0, 0.0, -2.5, None],
    "m": [2.0, 0.0, 1e300, 1.0],
    "s": ["5", " 7.5 ", "abc", None],
    "t": ["yes", "NO", "1_000", "90210"],
    "b": [True, False, None, True],
}


@pytest.fixture(scope="module")
def con():
    with duckdb.connect(config={"threads": 1}) as con:
        yield con


def column(qualifier: str, name: str) -> Column | None:
    return COLUMNS.get(name)


def asked(con: duckdb.DuckDBPyConnection, data: dict[str, list[Value]], *sql: str) -> list[tuple[Value, ...]]:
    """What DuckDB answers for each row."""
    table = pa.table({name: pa.array(data[name], ARROW[kind]) for name, kind in KINDS.items()})
    con.register("data", table)
    answers = ", ".join(f"{each} AS a{i}" for i, each in enumerate(sql))
    return con.execute(f"SELECT {answers} FROM data").fetchall()


def by_column(data: list[dict[str, Value]]) -> dict[str, list[Value]]:
    return {name: [row[name] for row in data] for name in KINDS}


def truths(con: duckdb.DuckDBPyConnection, condition: str) -> list[Value]:
    return [row[0] for row in asked(con, DATA, truth(condition, column, LISTS).sql("duckdb"))]


def numbers(con: duckdb.DuckDBPyConnection, expression: str) -> list[Value]:
    return [row[0] for row in asked(con, DATA, number(expression, column, LISTS).sql("duckdb"))]


def texts(con: duckdb.DuckDBPyConnection, expression: str) -> list[Value]:
    return [row[0] for row in asked(con, DATA, text(expression, column, LISTS).sql("duckdb"))]


def failing(con: duckdb.DuckDBPyConnection, condition: str) -> list[Value]:
    return [row[0] for row in asked(con, DATA, problems(condition, column, LISTS).sql("duckdb"))]


# ---- against a slow evaluation

slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(expression=expressions, data=st.lists(rows, min_size=1, max_size=4))
def test_duckdb_gives_every_expression_the_value_of_section_3(con, expression: Expression, data):
    sql = [form(expression, column, LISTS).sql("duckdb") for form, _ in FORMS]
    for row, answers in zip(data, asked(con, by_column(data), *sql), strict=True):
        expected = tuple(slowly(Row(KINDS, row, LISTS), expression) for _, slowly in FORMS)
        assert answers == expected, (write(expression), row)


@slow
@given(expression=expressions, data=st.lists(rows, min_size=1, max_size=4), needed=st.sampled_from(Kind))
def test_problems_are_the_rows_on_which_a_part_fails(con, expression: Expression, data, needed: Kind):
    sql = problems(expression, column, LISTS, needed=needed).sql("duckdb")
    for row, (answer,) in zip(data, asked(con, by_column(data), sql), strict=True):
        slowly = Row(KINDS, row, LISTS)
        slowly.read(expression, needed)
        assert answer is slowly.failed, (write(expression), row)


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_what_is_written_is_read(expression: Expression):
    assert write(parse(write(expression))) == write(expression)


SIGNS = ["=", "<", "-", "*", "and", "or"]  # one or two of each level
ENDINGS = ["is null", "is not null", "between 1 and 2", "not between 1 and 2", "in (1, 2)", "not in (1, 2)"]


def mixtures() -> list[str]:
    """Two operators beside each other without parentheses, in every combination."""
    two = [
        f"{no}n {x} {sign}m {y} n" for x in SIGNS for y in SIGNS for no in ("", "not ") for sign in ("", "- ")
    ]
    endings = [f"{no}n {x} m {end}" for x in SIGNS for end in ENDINGS for no in ("", "not ", "- ")]
    beginnings = [f"{no}n {end} {x} m" for x in SIGNS for end in ENDINGS for no in ("", "not ")]
    within = [f"n between m {x} 1 and 2 {y} m" for x in SIGNS for y in SIGNS]
    return [*two, *endings, *beginnings, *within]


def test_operators_bind_as_in_duckdb(con):
    data = {**DATA, "n": [5.0, 1.0, -2.5, None], "m": [2.0, 3.0, 1.0, 1.0]}
    compared = 0
    for words in mixtures():
        try:
            sql = truth(words, column, LISTS).sql("duckdb")
            answers = asked(con, data, sql, f"CAST({words} AS BOOLEAN)")
        except (Unreadable, duckdb.BinderException):  # we refuse it, or DuckDB does
            continue
        assert all(ours == duckdbs for ours, duckdbs in answers), words
        compared += 1
    assert compared > 200


# ---- text beside a number


def test_a_text_beside_a_number_is_read_as_a_number(con):
    assert truths(con, "s > 6") == [False, True, None, None]
    assert truths(con, "6 < s") == [False, True, None, None]
    assert truths(con, "s between 5 and '6'") == [True, False, None, None]
    assert truths(con, "s in (5, 'abc')") == [True, None, None, None]
    assert numbers(con, "s + t") == [None, None, None, None]
    assert numbers(con, "greatest(n, s)") == [5.0, 7.5, -2.5, None]
    assert numbers(con, "case when b then n else s end") == [5.0, 7.5, None, None]


def test_a_text_beside_a_text_is_compared_as_text(con):
    assert truths(con, "t > '1_000'") == [True, True, False, True]
    assert truths(con, "s = '5.0'") == [False, False, False, None]


@pytest.mark.parametrize(
    ("written", "number_"),
    [
        *((" 5\t", 5.0), ("-.5", -0.5), ("+5.", 5.0), ("1e3", 1000.0), ("007", 7.0)),
        *(("1_000", None), ("inf", None), ("nan", None), ("0x1f", None), ("+-5", None), ("1e999", None)),
        *(("", None), (".", None), ("1,5", None), ("5 6", None), ("1e", None), ("٣", None)),
    ],
)
def test_which_text_is_a_number(con, written: str, number_: float | None):
    data = {**DATA, "s": [written] * 4}
    sql = number("s", column, LISTS).sql("duckdb")
    assert {row[0] for row in asked(con, data, sql)} == {number_}
    assert numbers(con, "'" + written + "' + 0") == [number_] * 4


def test_a_number_beside_text_functions_alone_is_written_without_a_fraction(con):
    assert truths(con, "lower(t) = 90210") == [False, False, False, True]
    assert truths(con, "trim(s) = 7.5") == [False, True, False, None]
    assert truths(con, "lower(t) in (90210, trim(t))") == [True, False, True, True]
    assert texts(con, "lower(n)") == ["5", "0", "-2.5", None]
    assert numbers(con, "length(n)") == [1.0, 1.0, 4.0, None]
    assert texts(con, "cast(m * 1e16 as text)") == ["20000000000000000", "0", None, "10000000000000000"]


def test_booleans_are_one_and_zero_beside_numbers_and_words_beside_texts(con):
    assert numbers(con, "b + 1") == [2.0, 1.0, None, 2.0]
    assert truths(con, "b = 1") == [True, False, None, True]
    assert truths(con, "b = 'true'") == [True, False, None, True]
    assert truths(con, "b = 'yes'") == [False, False, None, False]


def test_what_is_true(con):
    assert truths(con, "n") == [True, False, True, None]
    assert truths(con, "t") == [True, False, None, None]
    assert truths(con, "'Y' and not 'f'") == [True] * 4
    assert truths(con, "nothing_of_that_name") == [None] * 4


# ---- three values, and what fails


def test_null_is_neither_true_nor_false(con):
    assert truths(con, "b or n = 5") == [True, False, None, True]
    assert truths(con, "not (b and n = 5)") == [False, True, True, None]
    assert truths(con, "n in (5, null)") == [True, None, None, None]
    assert truths(con, "n not in (5, null)") == [False, None, None, None]
    assert truths(con, "missing = 1 or missing is null") == [True] * 4


def test_what_fails_on_a_row_is_null_there_and_nowhere_else(con):
    assert numbers(con, "m / n") == [0.4, None, -4e299, None]
    assert numbers(con, "coalesce(1 / n, 7)") == [0.2, 7.0, -0.4, 7.0]
    assert numbers(con, "coalesce(n % m, 7)") == [1.0, 7.0, -2.5, 7.0]
    assert numbers(con, "coalesce(m * m, 7)") == [4.0, 0.0, 7.0, 1.0]
    assert numbers(con, "coalesce(cast(s as double), 7)") == [5.0, 7.5, 7.0, 7.0]
    assert truths(con, "1 / n is null") == [False, True, False, True]


def test_infinity_does_not_vanish_in_a_divisor(con):
    assert numbers(con, "1 / (m * m)") == [0.25, None, None, 1.0]
    assert numbers(con, "5 % (m * m)") == [1.0, None, None, 0.0]
    assert numbers(con, "least(m * m, 3)") == [3.0, 0.0, 3.0, 1.0]


def test_the_remainder_takes_the_sign_of_the_dividend(con):
    assert numbers(con, "-7 % 3") == [-1.0] * 4
    assert numbers(con, "7 % -3") == [1.0] * 4


def test_round_goes_away_from_zero_and_a_cast_to_whole_numbers_to_the_even_neighbour(con):
    assert numbers(con, "round(n)") == [5.0, 0.0, -3.0, None]
    assert numbers(con, "round(n * 10.5, 1)") == [52.5, 0.0, -26.3, None]
    assert numbers(con, "round(1234.5, -2)") == [1200.0] * 4
    assert numbers(con, "cast(n as integer)") == [5.0, 0.0, -2.0, None]


def test_problems_name_the_rows_that_fail_and_spare_a_branch_that_is_not_taken(con):
    assert failing(con, "1 / n > 0") == [False, True, False, False]
    assert failing(con, "s > 1") == [False, False, True, False]
    assert failing(con, "case when n <> 0 then 1 / n > 0 end") == [False] * 4
    assert failing(con, "case when n = 0 then 1 / n > 0 else s > 1 end") == [False, True, True, False]
    assert failing(con, "t") == [False, False, True, True]
    assert failing(con, "n > 1 and lower(s) = 'a'") == [False] * 4


# ---- texts


def test_like_has_no_escape_character_unless_one_is_given(con):
    data = {**DATA, "s": ["50%", "50\\%", "500", None]}
    sql = [truth(f"s like '50{escape}", column, LISTS).sql("duckdb") for escape in ("\\%'", "!%' escape '!'")]
    assert asked(con, data, *sql) == [(False, True), (True, False), (False, False), (None, None)]


def test_ilike_and_lower_know_more_than_ascii(con):
    data = {**DATA, "s": ["ÄRZTE", "Ärzte", "straße", "a.b"]}
    sql = [
        truth(each, column, LISTS).sql("duckdb")
        for each in ("s ilike 'ä%'", "lower(s) = 'ärzte'", "s like 'a_b'")
    ]
    assert asked(con, data, *sql) == [
        (True, True, False),
        (True, True, False),
        (False, False, False),
        (False, False, True),
    ]


def test_listed_compares_texts_letter_by_letter(con):
    assert truths(con, "listed(n, 'few')") == [True, False, False, None]
    assert truths(con, "listed(b, 'few')") == [True, False, None, True]
    assert truths(con, "listed(s, 'none')") == [False, False, False, None]


def test_quotes_in_texts_and_names_stay_where_they_are(con):
    con.execute("""CREATE OR REPLACE TEMP TABLE odd AS SELECT 'it''s' AS "a ""b" """)
    odd = Column('a "b', '"a ""b"', Kind.TEXT)
    sql = truth("\"A \"\"B\" = 'it''s'", lambda qualifier, name: odd if name == 'a "b' else None, {}).sql(
        "duckdb"
    )
    assert con.execute(f"SELECT {sql} FROM odd").fetchall() == [(True,)]


# ---- size

NESTED = [
    "1 / (X)",
    "least(n + X, 2)",
    "nullif(X + 1, n)",
    "(X between 1 and n)",
    "(X in (1, n))",
    "lower(abs(X))",
]


@pytest.mark.parametrize("words", NESTED)
def test_the_sql_of_a_deep_expression_stays_small(con, words: str):
    expression = "n"
    for _ in range(11):
        expression = words.replace("X", expression)
    sql = truth(expression, column, LISTS).sql("duckdb")
    assert len(sql) < 10_000
    assert len(asked(con, DATA, sql)) == 4


def test_a_thousand_conditions_are_no_trouble(con):
    assert truths(con, " or ".join(f"n = {k}" for k in range(1_000))) == [True, True, False, None]
    assert truths(con, f"s in ({', '.join(map(repr, map(str, range(1_000))))})") == [True, False, False, None]
