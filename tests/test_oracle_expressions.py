"""The oracle's own examples: conditions and expressions (AGREEMENT.md 3, readings 10 to 13)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from oracle_expressions import evaluate, parse, truth_of
from oracle_values import Typed, Value, kind_of

NAMES: dict[str, Typed] = {
    "five": Typed("number", 5.0),
    "zip": Typed("number", 90210.0),
    "half": Typed("number", 0.5),
    "zero": Typed("number", 0.0),
    "huge": Typed("number", 1e308),
    "no_number": Typed("number", None),
    "word": Typed("text", "Word"),
    "digits": Typed("text", " 12 "),
    "exponent": Typed("text", "1e1"),
    "zip_text": Typed("text", "90210"),
    "percent": Typed("text", "50%_x"),
    "yes": Typed("text", "YES"),
    "no": Typed("text", "f"),
    "perhaps": Typed("text", "perhaps"),
    "no_text": Typed("text", None),
    "sure": Typed("boolean", True),
    "off": Typed("boolean", False),
    "no_boolean": Typed("boolean", None),
}


@dataclass(frozen=True)
class Names:
    def name(self, table: str, name: str) -> Typed:
        return NAMES.get(name, Typed("nothing", None))

    def call(self, function: str, rule: str) -> Typed:
        raise NotImplementedError

    def listed(self, name: str) -> list[str]:
        return ["Word", "90210"]


def value(text: str) -> Value:
    return evaluate(parse(text), Names()).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # three-valued logic
        ("sure and no_boolean", None),
        ("off and no_boolean", False),
        ("sure or no_boolean", True),
        ("off or no_boolean", None),
        ("not no_boolean", None),
        ("five > no_number", None),
        ("five = null", None),
        ("no_number is null", True),
        ("no_number is not null", False),
        ("nobody_has_this is null", True),
        ("five in (1, null, 5)", True),
        ("five in (1, null)", None),
        ("five not in (1, null)", None),
        ("five not in (1, 2)", True),
        ("five between 1 and no_number", None),
        ("five between 6 and no_number", False),
        ("five not between 6 and 9", True),
        ("word not like 'W%'", False),
        ("no_text not like 'W%'", None),
        ("not word like 'w%'", True),
        # a text beside a number is read as a number, NULL where it is none
        ("digits > 9", True),
        ("digits = 12", True),
        ("exponent = 10", True),
        ("word > 9", None),
        ("word <> 9", None),
        ("digits + 1", 13.0),
        ("'nan' + 1", None),
        ("'inf' > 1", None),
        ("'0x10' = 16", None),
        ("'1_000' = 1000", None),
        ("'-.5' = 0 - half", True),
        ("five in ('5', 6)", True),
        ("digits in (12, 'x')", True),
        ("word in (12, 'x')", None),
        ("coalesce(word, 0)", 0.0),
        ("greatest(digits, 3)", 12.0),
        ("case when sure then digits else 0 end", 12.0),
        ("digits > '9'", False),  # two texts: ' ' comes before '9'
        # a number for a text function, or beside nothing but their results, is written
        ("length(zip)", 5.0),
        ("length(half)", 3.0),
        ("zip = trim(zip_text)", True),
        ("trim(zip_text) in (90210, 1)", True),
        ("zip like '902%'", True),
        ("starts_with(zip, '902')", True),
        ("listed(zip, 'some')", True),
        ("listed(word, 'some')", True),
        ("listed(lower(word), 'some')", False),
        ("listed(no_text, 'some')", None),
        # booleans: beside numbers 1 and 0, beside texts their words
        ("sure = 1", True),
        ("sure + sure", 2.0),
        ("off < 1", True),
        ("sure = 'true'", True),
        ("sure = 'TRUE'", False),
        ("lower(off)", "false"),
        # arithmetic: 64-bit floats, NULL where it fails
        ("five / zero", None),
        ("five % zero", None),
        ("zero / zero", None),
        ("huge * 10", None),
        ("five / 2", 2.5),
        ("-7 % 3", -1.0),
        ("7 % -3", 1.0),
        ("not (five / zero > 1)", None),
        ("coalesce(five / zero, 3)", 3.0),
        # functions
        ("lower(word)", "word"),
        ("upper(word)", "WORD"),
        ("trim(digits)", "12"),
        ("length('naïve')", 5.0),
        ("nullif(five, 5)", None),
        ("nullif(five, 4)", 5.0),
        ("nullif(five, null)", 5.0),
        ("least(five, null, 3)", 3.0),
        ("greatest(null, no_number)", None),
        ("abs(-2.5)", 2.5),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(0.25, 1)", 0.3),
        ("round(2.675, 2)", 2.68),  # 267.5 after multiplying
        ("round(-1250, -2)", -1300.0),
        ("trim('\u00a0 x\t')", "x\t"),  # Unicode spaces, but no tabs
        ("'\t5\n' + 1", 6.0),
        ("'\u00a05' + 1", None),
        ("floor(-0.5)", -1.0),
        ("ceil(half)", 1.0),
        ("contains(word, 'or')", True),
        ("starts_with(word, 'w')", False),
        ("ends_with(word, 'rd')", True),
        # like
        ("word like 'W__d'", True),
        ("word like '%o%d'", True),
        ("word like 'word'", False),
        ("word ilike 'wORD'", True),
        ("percent like '50\\%%'", False),  # no escape character unless one is given
        ("percent like '50!%!_x' escape '!'", True),
        ("word not like 'W!_' escape '!'", True),
        ("'' like '%'", True),
        ("'' like '_'", False),
        # case and cast
        ("case when no_boolean then 1 when sure then 2 else 3 end", 2.0),
        ("case when off then 1 end", None),
        ("case word when 'word' then 1 when 'Word' then 2 end", 2.0),
        ("case five when '5' then 'a' else 'b' end", "a"),
        ("cast(digits as double)", 12.0),
        ("cast(word as double)", None),
        ("cast(zip as varchar)", "90210"),
        ("cast(yes as boolean)", True),
        ("cast(word as double) is null", True),
        ("cast(2.5 as integer)", 2.0),
        ("cast(-3.5 as bigint)", -4.0),
        ("cast(huge as bigint) = huge", True),
        ("cast(yes as double)", None),
    ],
)
def test_an_expression_has_the_value_of_section_three(text, expected):
    found = value(text)
    assert found == expected
    assert kind_of(found) == kind_of(expected)


def test_what_section_three_does_not_have_is_refused():
    with pytest.raises(NotImplementedError):
        value("upper(word) || 'x'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("five", True),
        ("zero", False),
        ("no_number", None),
        ("yes", True),
        ("no", False),
        ("perhaps", None),
        ("'0'", False),
        ("'2'", None),
        ("perhaps or five", True),
        ("yes and not no", True),
    ],
)
def test_a_number_or_a_text_is_a_truth_value_where_one_is_needed(text, expected):
    assert truth_of(parse(text), Names()) is expected
