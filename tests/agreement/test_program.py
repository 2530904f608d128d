from handraiser.agreement import program
from handraiser.agreement.conditions import QualifyNames, check_qualify
from handraiser.agreement.model import Sql
from handraiser.agreement.program import (
    And,
    Arithmetic,
    AttributePart,
    Compare,
    Fit,
    GradeIn,
    If,
    Not,
    Number,
    Or,
    RuleCount,
    RuleHolds,
    Score,
    Truth,
    as_parts,
    compile_qualify,
)
from handraiser.errors import Level

NAMES = QualifyNames(
    event_rules=frozenset({"webinar", "demo"}),
    rules=frozenset({"webinar", "demo", "quiet"}),
    groups=frozenset({"email"}),
    grades=("A", "B"),
    lists=frozenset({"few"}),
)


def tree(text: str) -> program.QualifyTree:
    assert [each for each in check_qualify(Sql(text), names=NAMES) if each.level is Level.MISTAKE] == []
    return compile_qualify(Sql(text), NAMES)


def test_conditions_keep_the_words_of_the_user():
    root = tree("fit >= 25 and (webinar or  count(demo) > 2)").root
    assert root == And(
        (
            Compare(">=", Fit(), Number(25.0), "fit >= 25"),
            Or(
                (
                    RuleHolds("webinar", "webinar"),
                    Compare(">", RuleCount("demo"), Number(2.0), "count(demo) > 2"),
                ),
                "webinar or  count(demo) > 2",
            ),
        ),
        "fit >= 25 and (webinar or  count(demo) > 2)",
    )


def test_what_reads_attributes_alone_is_asked_of_the_data_as_a_whole():
    found = tree("score >= case when lead.vip then 10 else 20 end and not lower(lead.country) = 'us'")
    assert found.attributes == (
        AttributePart("case when lead.vip then 10 else 20 end", "number"),
        AttributePart("not lower(lead.country) = 'us'", "truth"),
    )


def test_attribute_conditions_joined_by_and_or_stay_apart_to_be_explained():
    found = tree("lead.unsubscribed or company.is_customer or listed(lead.email_domain, 'few')")
    assert [part.text for part in found.attributes] == [
        "lead.unsubscribed",
        "company.is_customer",
        "listed(lead.email_domain, 'few')",
    ]
    assert len(as_parts(found.root)) == 3


def test_the_same_attribute_part_is_asked_once():
    found = tree("fit > lead.x or score > lead.x or lead.x")
    assert found.attributes == (AttributePart("lead.x", "number"), AttributePart("lead.x", "truth"))


def test_grades_are_compared_in_every_way_that_is_allowed():
    assert tree("grade = 'A'").root == GradeIn(("A",), False, "grade = 'A'")
    assert tree("'A' <> grade").root == GradeIn(("A",), True, "'A' <> grade")
    assert tree("grade not in ('A', 'D')").root == GradeIn(("A", "D"), True, "grade not in ('A', 'D')")


def test_a_case_is_a_chain_of_choices():
    root = tree("case grade when 'A' then true when 'B' then score > 3 end").root
    assert isinstance(root, If)
    assert isinstance(root.otherwise, If)
    assert root.then == Truth(True)
    assert root.otherwise.condition == GradeIn(("B",), False, "(grade) = ('B')")
    assert root.otherwise.then == Compare(">", Score(), Number(3.0), "score > 3")


def test_between_and_in_stay_one_condition_to_those_who_explain():
    for text in ("fit between 10 and 20", "fit in (10, 20)"):
        root = tree(text).root
        assert as_parts(root) == (root,)
    assert tree("fit not between 10 and 20").root == Not(
        And(
            (
                Compare(">=", Fit(), Number(10.0), "fit >= 10"),
                Compare("<=", Fit(), Number(20.0), "fit <= 20"),
            ),
            "fit not between 10 and 20",
            one_condition=True,
        ),
        "fit not between 10 and 20",
    )


def test_a_minus_before_a_number_belongs_to_it():
    assert tree("fit > -5").root == Compare(">", Fit(), Number(-5.0), "fit > -5")
    assert tree("- fit > 5").root == Compare(">", Arithmetic("negate", Fit()), Number(5.0), "- fit > 5")


def test_a_text_that_is_a_number_is_one():
    assert tree("fit > ' 5 '").root == Compare(">", Fit(), Number(5.0), "fit > ' 5 '")
