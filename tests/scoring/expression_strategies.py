"""Random expressions of section 3 and random rows for them."""

from __future__ import annotations

from hypothesis import strategies as st

from handraiser.agreement.expression import (
    Arithmetic,
    Between,
    Call,
    Case,
    Cast,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
    Type,
)
from handraiser.facts.inputs import Kind

KINDS = {
    "n": Kind.NUMBER,
    "m": Kind.NUMBER,
    "s": Kind.TEXT,
    "t": Kind.TEXT,
    "b": Kind.BOOLEAN,
}
LISTS = {"few": ("a", "5", "true"), "none": ()}

numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.5, 0.5, 100.0, 1e16, 1e300, -1e300, 5e-324, 90210.0, 0.1]),
    st.integers(-20, 20).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
)
texts = st.one_of(
    st.sampled_from(
        [
            *("", "a", "A", " 5", "5", "5.0", "1e3", "1_0", "+-5", "nan", "inf", "1e999", "yes", "NO", "t"),
            *(
                "%",
                "a%",
                "_",
                "a_c",
                "it's",
                '"',
                "\\",
                "é",
                "É",
                "0",
                "1",
                "90210",
                ".5",
                "5.",
                "--1",
                "x\n",
            ),
        ]
    ),
    st.text("aAbB 0159.%_-+eE'", max_size=6),
)
rows = st.fixed_dictionaries(
    {
        "n": st.none() | numbers,
        "m": st.none() | numbers,
        "s": st.none() | texts,
        "t": st.none() | texts,
        "b": st.none() | st.booleans(),
    }
)

names = st.sampled_from(["n", "m", "s", "t", "b", "missing"]).map(lambda name: Name("", name))
literals = st.one_of(numbers.map(abs), texts, st.booleans(), st.none()).map(Literal)
leaves = names | literals


def compounds(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Every kind of part around inner parts."""
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    two = st.tuples(inner, inner)
    whens = st.lists(two, min_size=1, max_size=2).map(tuple)
    choices = st.sampled_from(["coalesce", "least", "greatest"])
    return st.one_of(
        st.builds(Negation, inner),
        st.builds(Not, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner, inner),
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/", "%"]), inner, inner),
        st.builds(Between, inner, inner, inner, st.booleans()),
        st.builds(In, inner, several, st.booleans()),
        st.builds(Like, inner, inner, st.booleans(), st.none(), st.booleans()),
        st.builds(Like, inner, texts.map(_escapable), st.booleans(), st.just("!"), st.booleans()),
        st.builds(IsNull, inner, st.booleans()),
        st.builds(Case, st.none(), whens, st.none() | inner),
        st.builds(Case, leaves, whens, st.none() | inner),
        st.builds(Cast, inner, st.sampled_from(Type)),
        st.builds(Call, choices, several),
        st.builds(Call, st.just("nullif"), two),
        st.builds(Call, st.sampled_from(["contains", "starts_with", "ends_with"]), two),
        st.builds(
            Call,
            st.sampled_from(["lower", "upper", "trim", "length", "abs", "round", "floor", "ceil"]),
            st.tuples(inner),
        ),
        st.builds(Call, st.just("round"), st.tuples(inner, st.sampled_from([0.0, 1.0, 2.0]).map(Literal))),
        st.builds(Call, st.just("listed"), st.tuples(inner, st.sampled_from(["few", "none"]).map(Literal))),
    )


def _escapable(text: str) -> Literal:
    return Literal(text.replace("5", "!%").replace("A", "!!"))


expressions = st.recursive(leaves, compounds, max_leaves=12)


def write(part: Expression) -> str:
    """The expression in words, every part of it in parentheses."""
    match part:
        case Literal(None):
            return "null"
        case Literal(bool(value)):
            return str(value).lower()
        case Literal(str(value)):
            return "'" + value.replace("'", "''") + "'"
        case Literal(float(value)):
            return repr(value)
        case Name(qualifier, name):
            return f"{qualifier}.{name}" if qualifier else name
        case Negation(operand):
            return f"(- {write(operand)})"
        case Not(operand):
            return f"(not {write(operand)})"
        case Logic(word, operands):
            return "(" + f" {word} ".join(map(write, operands)) + ")"
        case Comparison(sign, left, right) | Arithmetic(sign, left, right):
            return f"({write(left)} {sign} {write(right)})"
        case Between(operand, low, high, negated):
            return f"({write(operand)}{_not(negated)} between {write(low)} and {write(high)})"
        case In(operand, options, negated):
            return f"({write(operand)}{_not(negated)} in ({', '.join(map(write, options))}))"
        case Like(operand, pattern, exact, escape, negated):
            word = "like" if exact else "ilike"
            ending = f" escape '{escape}'" if escape else ""
            return f"({write(operand)}{_not(negated)} {word} {write(pattern)}{ending})"
        case IsNull(operand, negated):
            return f"({write(operand)} is{_not(negated)} null)"
        case Cast(operand, to):
            types = {Type.NUMBER: "double", Type.WHOLE: "integer", Type.TEXT: "text", Type.BOOLEAN: "boolean"}
            return f"cast({write(operand)} as {types[to]})"
        case Call(function, arguments):
            return f"{function}({', '.join(map(write, arguments))})"
        case Case(subject, branches, otherwise):
            asked = f" {write(subject)}" if subject else ""
            inside = "".join(f" when {write(c)} then {write(v)}" for c, v in branches)
            return f"case{asked}{inside}{f' else {write(otherwise)}' if otherwise else ''} end"


def _not(negated: bool) -> str:
    return " not" if negated else ""
