import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.agreement import conditions
from handraiser.agreement.conditions import ConditionCode, Scope, check_expression, names
from handraiser.agreement.model import Sql
from handraiser.errors import Diagnostic, Level, Place

PROPERTIES, ATTRIBUTES = Scope.PROPERTIES, Scope.ATTRIBUTES


def mistakes(text: str, scope: Scope = ATTRIBUTES) -> list[Diagnostic]:
    return check_expression(Sql(text), scope=scope, lists={"rivals", "partners"})


def only(text: str, scope: Scope = ATTRIBUTES) -> Diagnostic:
    (found,) = mistakes(text, scope)
    return found


WELL_SAID = """
company.employees between 50 and 500
company.country = 'US'
lead.job_title ilike '%chief%' or lead.job_title ilike '%vp%'
listed(lead.email_domain, 'rivals')
not lead.unsubscribed
lead.score <> 3 and lead.score != 4 and lead.score == 5
lead.price * -1.5e3 / (2 + .5) % 7. - - 1 >= 0
lead.country in ('US', 'CA') and lead.country not in ('FR')
lead.x is null or lead.x is not null
lead.x not like 'a!%%' escape '!' and lead.x not between 1 and 2
case when lead.x > 1 then 'a' when lead.x > 2 then 'b' else null end = 'a'
case lead.x when 1 then true else false end
cast(lead.x as double) > cast(lead.y as integer) and cast(lead.z as varchar) = 'a' and cast(lead.b as boolean)
cast(lead.x as double precision) > 1
lower(trim(upper(lead.x))) = 'a' and length(lead.x) > 2
coalesce(lead.a, lead.b, 0) > nullif(lead.c, 1)
least(lead.a, 1, 2) < greatest(lead.b)
abs(lead.x) + round(lead.x) + round(lead.x, -2) + floor(lead.x) + ceil(lead.x) > 0
contains(lead.x, 'a') or starts_with(lead.x, 'a') or ends_with(lead.x, 'a')
LEAD.Country = 'US' AND Company.SIZE > 3
lead."Weird ""Name" = 'it''s'
lead.order = 1 and lead.case = 2 and lead.select = 3
lead.größe > 3
(lead.a = lead.b) = (lead.c is null)
true
""".strip().splitlines()


@pytest.mark.parametrize("text", WELL_SAID)
def test_all_of_section_3_is_allowed(text: str):
    assert mistakes(text) == []


def test_a_property_may_bear_a_name_that_sql_keeps_for_itself():
    for name in ("date", "format", "comment", "map", "explain", "order", "interval", '"select"', '"case"'):
        assert mistakes(f"{name} = 'x'", PROPERTIES) == []


HOSTILE = [
    ("", "EMPTY"),
    (" \n\t ", "EMPTY"),
    ("(select 1)", "SUBQUERY"),
    ("lead.x in (select id from leads)", "SUBQUERY"),
    ("exists (select 1)", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = any(lead.y)", "NOT_IN_THE_LANGUAGE"),
    ("with t as (select 1) select 1", "UNEXPECTED"),
    ("read_csv('/etc/passwd')", "UNKNOWN_FUNCTION"),
    ("getenv('HOME') = 'x'", "UNKNOWN_FUNCTION"),
    ("version()", "UNKNOWN_FUNCTION"),
    ("now() > 1", "UNKNOWN_FUNCTION"),
    ("pragma version", "UNEXPECTED"),
    ("install httpfs", "UNEXPECTED"),
    ("attach 'x.db'", "UNEXPECTED"),
    ("copy leads to 'x'", "UNEXPECTED"),
    ("set threads = 1", "UNEXPECTED"),
    ("1; drop table leads", "SEVERAL_STATEMENTS"),
    ("true;", "SEVERAL_STATEMENTS"),
    ("true -- and false", "COMMENT"),
    ("true /* and false */", "COMMENT"),
    ("true # and false", "COMMENT"),
    ("lead.x::int = 1", "NOT_IN_THE_LANGUAGE"),
    ("try_cast(lead.x as int)", "NOT_IN_THE_LANGUAGE"),
    ("lead.x || 'a' = 'b'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x ~ 'a.*'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x similar to 'a'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x glob 'a*'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x is distinct from 3", "NOT_IN_THE_LANGUAGE"),
    ("lead.x is true", "NOT_IN_THE_LANGUAGE"),
    ("lead.x isnull", "NOT_IN_THE_LANGUAGE"),
    ("lead.x collate nocase = 'a'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x <=> 3", "NOT_IN_THE_LANGUAGE"),
    ("lead.x ** 2 > 4", "NOT_IN_THE_LANGUAGE"),
    ("lead.x ^ 2 > 4", "NOT_IN_THE_LANGUAGE"),
    ("lead.x // 2 > 4", "NOT_IN_THE_LANGUAGE"),
    ("lead.x & 2 > 4", "NOT_IN_THE_LANGUAGE"),
    ("lead.x << 2 > 4", "NOT_IN_THE_LANGUAGE"),
    ("lead.x and !lead.y", "NOT_IN_THE_LANGUAGE"),
    ("lead.x -> 'a' = 1", "NOT_IN_THE_LANGUAGE"),
    ("lead.x[1] = 2", "NOT_IN_THE_LANGUAGE"),
    ("[1, 2] = lead.x", "NOT_IN_THE_LANGUAGE"),
    ("{'a': 1} = lead.x", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = ?", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = $1", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = $$a$$", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = E'a\\n'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x = X'ff'", "NOT_IN_THE_LANGUAGE"),
    ("lead.x > date '2026-01-01'", "UNEXPECTED"),
    ("lead.x > interval 3 days", "UNEXPECTED"),
    ("lead.x = 'a' 'b'", "UNEXPECTED"),
    ("lead.x in lead.y", "UNEXPECTED"),
    ("lead.x in ()", "UNEXPECTED"),
    ("lead.x between symmetric 1 and 2", "UNEXPECTED"),
    ("lead.x like any ('a', 'b')", "NOT_IN_THE_LANGUAGE"),
    ("(1, 2) = lead.x", "UNEXPECTED"),
    ("sum(lead.x) over () > 1", "NOT_IN_THE_LANGUAGE"),
    ("sum(lead.x) filter (where true) > 1", "NOT_IN_THE_LANGUAGE"),
    ("count(*) > 1", "UNEXPECTED"),
    ("lead.* = 1", "UNEXPECTED"),
    ("*", "UNEXPECTED"),
    ("trim(both 'x' from lead.x)", "UNEXPECTED"),
    ("lead.x = 1 as y", "UNEXPECTED"),
    ("lead.x y", "UNEXPECTED"),
    ("main.lead.x = 1", "UNEXPECTED"),
    ("lead.lower(x) = 1", "UNEXPECTED"),
    ("x -> x + 1", "NOT_IN_THE_LANGUAGE"),
    ("lower(x := 1)", "NOT_IN_THE_LANGUAGE"),
    ("cast(lead.x as date) > 1", "UNKNOWN_TYPE"),
    ("cast(lead.x as blob) > 1", "UNKNOWN_TYPE"),
    ("lead.x = 0x1f", "BAD_NUMBER"),
    ("lead.x = 1_000", "BAD_NUMBER"),
    ("lead.x > 5d", "BAD_NUMBER"),
    ("lead.x > 1e999", "BAD_NUMBER"),
    ("lead.x > 1e", "BAD_NUMBER"),
    ("lead.x = 'abc", "UNCLOSED_TEXT"),
    ('lead."x = 1', "UNCLOSED_TEXT"),
    ("lead.x = ‘US’", "BAD_CHARACTER"),
    ("lead.x ＝ 1", "BAD_CHARACTER"),
    ("lead.x = \u200b1", "BAD_CHARACTER"),
    ("lead.x\u00a0= 1", "BAD_CHARACTER"),
    ("\0", "BAD_CHARACTER"),
    ("lead.x = 'a\0b'", "BAD_CHARACTER"),
    ("lead.x = '\ud800'", "BAD_CHARACTER"),
    ("lоwer(lead.x) = 'a'", "UNKNOWN_FUNCTION"),  # the o is Cyrillic
    ("lead.a < lead.b < lead.c", "CHAINED"),
    ("lead.a = lead.b is null", "CHAINED"),
    ("lead.a = not lead.b", "UNEXPECTED"),
    ("lead.a and", "UNFINISHED"),
    ("lower(lead.a", "UNFINISHED"),
    ("case when lead.a then 1", "UNFINISHED"),
    ("lead.a = = 1", "UNEXPECTED"),
    ("+ lead.a > 1", "UNEXPECTED"),
    ("(" * 10_000 + "1" + ")" * 10_000, "TOO_DEEP"),
    ("not " * 10_000 + "true", "TOO_DEEP"),
    ("- " * 10_000 + "1", "TOO_DEEP"),
    ("1" + " + 1" * 10_000, "TOO_DEEP"),
    ("lower(" * 100 + "'x'" + ")" * 100, "TOO_DEEP"),
    ("case when " * 100, "TOO_DEEP"),
    ("x" * 1_000_000, "TOO_LONG"),
    ("'" * 1_000_000, "TOO_LONG"),
]


@pytest.mark.parametrize(("text", "code"), HOSTILE, ids=[repr(text[:40]) for text, _ in HOSTILE])
def test_whatever_else_sql_can_say_is_refused(text: str, code: str):
    found = mistakes(text)
    assert code in [ConditionCode(each.code).name for each in found]
    assert all(each.level is Level.MISTAKE and each.says and each.fix for each in found)


def test_a_long_list_of_values_is_no_deep_expression():
    assert mistakes(f"lead.x in ({', '.join(map(str, range(5_000)))})") == []
    assert mistakes(" or ".join(f"lead.x = {n}" for n in range(2_000))) == []


WORDS = [
    *("and", "or", "not", "between", "in", "like", "is", "null", "case", "when", "then", "else", "end"),
    *("cast", "as", "escape", "lead", ".", "x", "(", ")", ",", "=", "+", "-", "'a'", "1", '"', "'"),
    *("listed(", "lower("),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text())
def test_no_text_makes_the_check_itself_fail(text: str):
    for scope in Scope:
        assert all(isinstance(each, Diagnostic) for each in mistakes(text, scope))


# ---- places


def test_a_mistake_is_shown_where_it_stands_in_the_condition():
    (found,) = check_expression(
        Sql("lead.x = 1 and len(lead.y) > 3", Place("a.yaml", 12, 20)), scope=ATTRIBUTES, lists=()
    )
    assert found.at == Place("a.yaml", 12, 35)


def test_in_a_text_of_several_lines_a_mistake_is_shown_at_its_beginning():
    (found,) = check_expression(
        Sql("lead.x = 1\n  and len(lead.y) > 3", Place("a.yaml", 12, 20)), scope=ATTRIBUTES, lists=()
    )
    assert found.at == Place("a.yaml", 12, 20)


def test_all_mistakes_of_an_expression_are_told_in_the_order_of_its_text():
    found = mistakes("len(country) = 1 or listed(leads.x, 'rival') or round(lead.x, lead.y) > 1")
    assert [ConditionCode(each.code).name for each in found] == [
        "UNKNOWN_FUNCTION",
        "UNQUALIFIED",
        "UNKNOWN_QUALIFIER",
        "UNKNOWN_LIST",
        "BAD_ARGUMENT",
    ]
    assert [each.at.column for each in found] == [1, 5, 28, 37, 63]


# ---- fixes


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("lowr(lead.x) = 'a'", "Write lower."),
        ("len(lead.x) = 3", "Write length(x)."),
        ("ifnull(lead.x, 1) = 3", "Write coalesce(x, y)."),
        ("suffix(lead.x, 'a')", "Write ends_with(x, 'part')."),
        ("lead.x => 5", "Write >=."),
        ("lead.x > $5", "Write the number alone."),
        ("lead.x > €5", "Write the number alone."),
        ("listed(lead.x, 'rival')", "Write 'rivals'."),
        ("listed(lead.x, 'nothing')", "Add nothing under `lists`."),
        ("listed(lead.x, lead.y)", "Write listed(x, 'name') with a name from `lists`."),
        ("country = 'US'", "Write lead.country or company.country."),
        (
            "lead.since < current_date",
            "A condition has no clock: use within on the rule, or a rule with silent_for.",
        ),
        ("score > 10", "Here only attributes count; `qualify` can ask for score."),
        ('lead.country = "US"', "Use single quotes for a text: 'US'."),
        ("leads.country = 'US'", "Write lead.country."),
        ("compny.country = 'US'", "Write company.country."),
        ("cast(lead.x as duble) = 1", "Write double."),
        ("lead.x && lead.y", "Write and."),
        ("lead.x = ‘US’", "Put texts in straight single quotes: 'US'."),
        ("lower(lead.x, 2) = 'a'", "Give it 1."),
        ("round(lead.x, 1.5) = 1", "Write for example round(price, 2)."),
        ("lead.x between 1", "Expected here: `and` and the upper bound of between."),
        (
            "case (case lead.x when 1 then 2 end) when 2 then true end",
            "Write case when … then … end, without anything between case and when.",
        ),
    ],
)
def test_a_mistake_says_what_would_be_right(text: str, fix: str):
    assert only(text).fix == fix


@pytest.mark.parametrize(
    "name", ["lead.valid_from", "lead.known_at", "lead.created_at", "company.valid_from"]
)
def test_the_columns_that_say_when_a_row_counts_are_no_attributes(name: str):
    assert only(f"{name} > 1").code == ConditionCode.NO_ATTRIBUTE


def test_ids_are_attributes():
    assert mistakes("lead.lead_id = 'a' and company.company_id = 'b' and lead.company_id = 'b'") == []


def test_an_attribute_cannot_stand_in_the_place_of_a_property():
    found = only("lead.country = 'US'", PROPERTIES)
    assert found.code == ConditionCode.QUALIFIED
    assert "Write country" in found.fix


def test_nothing_stands_before_a_property():
    assert only("event.path = '/pricing'", PROPERTIES).fix == "Write path."


def test_a_pattern_cannot_end_with_its_escape_character():
    assert only("lead.x like '50!' escape '!'").code == ConditionCode.BAD_ESCAPE
    assert mistakes("lead.x like '50!!' escape '!'") == []


def test_a_pattern_with_escape_is_written_out():
    assert only("lead.x like lead.y escape '!'").code == ConditionCode.BAD_ESCAPE
    assert only("lead.x like 'a' escape 'ab'").code == ConditionCode.BAD_ESCAPE


# ---- warnings


@pytest.mark.parametrize(
    ("text", "fix"), [("lead.x = null", "Write is null."), ("null <> lead.x", "Write is not null.")]
)
def test_a_comparison_with_null_is_a_warning(text: str, fix: str):
    found = only(text)
    assert (found.code, found.level, found.fix) == (ConditionCode.COMPARED_WITH_NULL, Level.WARNING, fix)


@pytest.mark.parametrize(
    "text", ["lead.since > 2026-03-31", "2026-03-31 < lead.since", "lead.x in (2026-03-31)"]
)
def test_a_day_without_quotes_is_warned_of_as_the_number_it_is(text: str):
    found = only(text)
    assert (found.code, found.level) == (ConditionCode.DATE_AS_NUMBERS, Level.WARNING)
    assert found.says == "Without quotes this is 2026 less 3 less 31, and no day."
    assert found.fix == "Write '2026-03-31'."
    assert text[found.at.column - 1 :].startswith("2026-03-31")


@pytest.mark.parametrize("text", ["lead.x > 2026 - 03 - 31", "lead.x > 2026-13-31", "lead.x - 3 - 31 > 0"])
def test_what_is_no_day_may_be_subtracted(text: str):
    assert mistakes(text) == []


def test_a_property_in_double_quotes_where_a_text_was_surely_meant_is_a_warning():
    found = only('title = "CRM Guide"', PROPERTIES)
    assert (found.code, found.level) == (ConditionCode.NAME_OR_TEXT, Level.WARNING)
    assert mistakes("\"Page Title\" = 'CRM Guide'", PROPERTIES) == []


def test_a_column_that_every_event_has_is_warned_of_as_a_property():
    found = only("verdict = 'human'", PROPERTIES)
    assert (found.code, found.level) == (ConditionCode.NO_PROPERTY, Level.WARNING)


# ---- names and codes


def test_names_are_told_in_lower_case():
    text = "Lead.Country = 'US' and company.\"Full Name\" like 'a' and PATH = 'x' and lower(title) = 'y'"
    assert names(text) == {("lead", "country"), ("company", "full name"), ("", "path"), ("", "title")}


def test_every_code_stands_in_the_table():
    assert conditions.__doc__ is not None
    missing = [code.value for code in ConditionCode if code.value not in conditions.__doc__]
    assert missing == []
