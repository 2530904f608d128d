import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.agreement.conditions import ConditionCode, QualifyNames, check_qualify
from handraiser.agreement.model import Sql
from handraiser.errors import Diagnostic, Level, Place

NAMES = QualifyNames(
    event_rules=frozenset({"whitepaper", "webinar"}),
    rules=frozenset({"whitepaper", "webinar", "mid_market", "gone_quiet"}),
    groups=frozenset({"email"}),
    grades=("A", "B", "C"),
    lists=frozenset({"rivals"}),
)
WITHOUT_GRADES = QualifyNames(rules=frozenset({"mid_market"}))


def mistakes(text: str, names: QualifyNames = NAMES) -> list[Diagnostic]:
    return check_qualify(Sql(text), names=names)


def only(text: str, names: QualifyNames = NAMES) -> Diagnostic:
    (found,) = mistakes(text, names)
    return found


WELL_SAID = """
fit >= 25 and score > 50 and (whitepaper or webinar or mid_market)
whitepaper and not gone_quiet
lead.unsubscribed or company.is_customer or listed(lead.email_domain, 'rivals')
email > 3 and engagement between 10 and 20
count(whitepaper) + count(webinar) * 2 - 1 >= 3 and points(mid_market) > 0 and - points(gone_quiet) < 10
grade = 'A' or grade <> 'D' or grade in ('A', 'B') or grade not in ('C') or 'B' = grade
score >= case when company.employees > 500 then 80 else 50 end
score >= case when whitepaper then 80 else lead.threshold end
case grade when 'A' then score > 20 when 'B' then score > 40 else false end
case lead.tier when 'gold' then fit > 3 else webinar end
case fit when 3 then true end
score > lead.threshold / 2 and lower(lead.country) = 'us' and lead.x % 2 = 1
score > 10 / 2 and fit > cast(lead.bound as double)
score in (10, 20) and fit is not null and lead.x is null
whitepaper = true and (fit > 3) = (score > 5)
score > '50'
FIT > 3 and "whitepaper"
true
""".strip().splitlines()


@pytest.mark.parametrize("text", WELL_SAID)
def test_all_of_section_7_is_allowed(text: str):
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ("webinr and fit > 3", "UNKNOWN_NAME", "Write webinar."),
        ("fti > 3", "UNKNOWN_NAME", "Write fit."),
        ("country = 'US'", "UNKNOWN_NAME", "Write lead.country or company.country"),
        ("lower(country) = 'us'", "UNKNOWN_NAME", "Write lead.country or company.country"),
        ('lead.country = "US"', "UNKNOWN_NAME", "Use single quotes for a text: 'US'."),
        ("whitepaper > 3", "RULE_AS_NUMBER", "Write count(whitepaper) or points(whitepaper)."),
        ("whitepaper + webinar > 3", "RULE_AS_NUMBER", "Write count(webinar) or points(webinar)."),
        ("mid_market > 3", "RULE_AS_NUMBER", "Write points(mid_market)."),
        ("count(gone_quiet) > 1", "NO_EVENT_RULE", "Write points(gone_quiet)"),
        ("count(webinr) > 1", "UNKNOWN_NAME", "Write count(webinar)."),
        ("points(email) > 1", "GROUP_AS_RULE", "Write email alone."),
        ("count(whitepaper, webinar) > 1", "WRONG_NUMBER_OF_ARGUMENTS", "Write count(rule)."),
        ("count(lead.x) > 1", "WRONG_NUMBER_OF_ARGUMENTS", "Write count(rule)."),
        ("cuont(whitepaper) > 1", "UNKNOWN_FUNCTION", "Write count."),
        ("now() > 1", "UNKNOWN_FUNCTION", "A condition has no clock"),
        ("grade = 'E'", "UNKNOWN_GRADE", "The grades are A, B, C, D."),
        ("grade = 'a'", "UNKNOWN_GRADE", "Write 'A'."),
        ("grade in ('A', 'b')", "UNKNOWN_GRADE", "Write 'B'."),
        ("grade > 'B'", "GRADE_USE", "Write grade = 'A'"),
        ("grade = lead.grade", "GRADE_USE", "Write grade = 'A'"),
        ("grade in ('A', null)", "GRADE_USE", "Write grade = 'A'"),
        ("grade is null", "GRADE_USE", "Write grade = 'A'"),
        ("fit / 2 > 3", "ONLY_ATTRIBUTES", "on lead.… and company.… only."),
        ("abs(fit) > 3", "ONLY_ATTRIBUTES", "on lead.… and company.… only."),
        ("greatest(fit, lead.x) > 3", "ONLY_ATTRIBUTES", "on lead.… and company.… only."),
        ("cast(fit as text) = '3'", "ONLY_ATTRIBUTES", "on lead.… and company.… only."),
        ("score > 'many'", "TEXT_IN_QUALIFY", "Write a number"),
        ("score > lower(lead.x)", "TEXT_IN_QUALIFY", "Write cast(… as double)"),
        ("whitepaper = lead.flag", "TEXT_IN_QUALIFY", "Join conditions with and, or."),
        ("listed(lead.x, 'rival')", "UNKNOWN_LIST", "Write 'rivals'."),
        ("fit > 3 and leads.x = 1", "UNKNOWN_QUALIFIER", "Write lead.x."),
        ("fit > 3 and lead.created_at > 1", "NO_ATTRIBUTE", "Use `within`"),
        ("fit > 3 and len(lead.x) > 1", "UNKNOWN_FUNCTION", "Write length(x)."),
    ],
)  # fmt: skip
def test_a_mistake_in_qualify_says_what_would_be_right(text: str, code: str, fix: str):
    found = mistakes(text)
    assert ConditionCode(found[-1].code).name == code
    assert fix in found[-1].fix
    assert all(each.level is Level.MISTAKE for each in found)


def test_grade_without_grades_is_a_mistake():
    for text in ("grade = 'A'", "grade in ('A')", "case grade when 'A' then true end", "grade"):
        assert only(text, WITHOUT_GRADES).code == ConditionCode.NO_GRADES


@pytest.mark.parametrize("text", ["fit", "score and mid_market", "not email", "count(webinar) or mid_market"])
def test_a_number_where_a_truth_is_needed_is_a_warning(text: str):
    found = only(text)
    assert (found.code, found.level) == (ConditionCode.NUMBER_AS_CONDITION, Level.WARNING)


def test_a_comparison_with_null_is_a_warning():
    assert only("fit = null").level is Level.WARNING
    assert only("lead.x <> null").fix == "Write is not null."


def test_all_mistakes_are_told_with_their_places():
    found = check_qualify(
        Sql("fti > 3 and whitepaper > 2 and grade = 'X'", Place("a.yaml", 5, 8)), names=NAMES
    )
    assert [each.at for each in found] == [Place("a.yaml", 5, column) for column in (8, 20, 47)]


WORDS = [
    *(
        "and",
        "or",
        "not",
        "fit",
        "whitepaper",
        "grade",
        "email",
        "count(",
        "points(",
        "(",
        ")",
        ">",
        "=",
        "'A'",
    ),
    *(
        "3",
        "lead.x",
        "case",
        "when",
        "then",
        "else",
        "end",
        "in",
        "between",
        "is",
        "null",
        "+",
        "/",
        "nobody",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_text_makes_the_check_itself_fail(text: str):
    assert all(isinstance(each, Diagnostic) for each in mistakes(text))
