"""The tree of `qualify`, computed as any engine would, gives what the expression says."""

import operator

from evaluate import Row, Value, joined
from expression_strategies import write
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handraiser.agreement import program
from handraiser.agreement.conditions import QualifyNames, check_qualify
from handraiser.agreement.expression import (
    Arithmetic,
    Between,
    Call,
    Case,
    Comparison,
    Expression,
    In,
    IsNull,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
)
from handraiser.agreement.model import Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.program import Node, compile_qualify
from handraiser.errors import Level
from handraiser.facts.inputs import Kind

NAMES = QualifyNames(
    event_rules=frozenset({"demo"}),
    rules=frozenset({"demo", "quiet"}),
    groups=frozenset({"email"}),
    grades=("A", "B"),
)
KINDS = {
    **dict.fromkeys(("fit", "score", "email", "size"), Kind.NUMBER),
    **dict.fromkeys(("demo", "quiet", "vip"), Kind.BOOLEAN),
    **dict.fromkeys(("grade", "tier"), Kind.TEXT),
}
SIGNS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


class Scored(Row):
    """A lead's points and attributes as the row that an expression is evaluated on."""

    def call(self, call: Call) -> Value:
        if call.function in ("count", "points"):
            return self.values[call.function]
        return super().call(call)

    def kind(self, part: Expression) -> Kind | None:
        if isinstance(part, Call) and part.function in ("count", "points"):
            return Kind.NUMBER
        return super().kind(part)


class Engine:
    """Computes a tree: numbers are floats, truths booleans, unknown is None."""

    def __init__(self, tree: program.QualifyTree, row: Scored) -> None:
        self.tree = tree
        self.row = row

    def value(self, node: Node) -> Value:
        values = self.row.values
        match node:
            case program.Number(value) | program.Truth(value):
                return value
            case program.Fit():
                return values["fit"]
            case program.Score():
                return values["score"]
            case program.GroupPoints(name) | program.RuleHolds(name):
                return values[name]
            case program.RuleCount():
                return values["count"]
            case program.RulePoints():
                return values["points"]
            case program.GradeIn(grades, negated):
                return (values["grade"] in grades) != negated
            case program.Attribute(index, kind):
                part = parse(self.tree.attributes[index].text)
                return self.row.truth(part) if kind == "truth" else self.row.number(part)
            case program.If(condition, then, otherwise):
                return self.value(then if self.value(condition) is True else otherwise)
        return self.operation(node)

    def operation(self, node: Node) -> Value:
        match node:
            case program.And(parts):
                return joined("and", [self.value(part) for part in parts])
            case program.Or(parts):
                return joined("or", [self.value(part) for part in parts])
            case program.Not(operand):
                value = self.value(operand)
                return None if value is None else not value
            case program.Truthy(operand):
                value = self.value(operand)
                return None if value is None else value != 0
            case program.IsNull(operand):
                return self.value(operand) is None
            case program.Arithmetic("negate", left):
                value = self.value(left)
                return None if value is None else -value
            case program.Compare(sign, left, right) | program.Arithmetic(sign, left, right):
                first, second = self.value(left), self.value(right)
                return None if first is None or second is None else SIGNS[sign](first, second)
        return None


numbers = st.one_of(
    st.sampled_from([Name("", "fit"), Name("", "score"), Name("", "email"), Name("lead", "size")]),
    st.just(Call("count", (Name("", "demo"),))),
    st.just(Call("points", (Name("", "quiet"),))),
    st.sampled_from([0.0, 1.0, 2.0, None]).map(Literal),
    st.just(Arithmetic("/", Name("lead", "size"), Literal(2.0))),
)
truths = st.one_of(
    st.sampled_from([Name("", "demo"), Name("", "quiet"), Name("lead", "vip")]),
    st.sampled_from([True, False, None]).map(Literal),
    st.builds(
        Comparison,
        st.sampled_from(["=", "<>"]),
        st.just(Name("", "grade")),
        st.sampled_from("ABD").map(Literal),
    ),
    st.just(In(Name("", "grade"), (Literal("A"), Literal("D")), True)),
    st.just(Comparison("=", Name("lead", "tier"), Literal("gold"))),
)


def compounds(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    whens = st.lists(st.tuples(inner, inner), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(Logic, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
        st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner, inner),
        st.builds(Between, inner, inner, inner, st.booleans()),
        st.builds(In, inner, st.lists(inner, min_size=1, max_size=2).map(tuple), st.booleans()),
        st.builds(IsNull, inner, st.booleans()),
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*"]), inner, inner),
        st.builds(Negation, inner),
        st.builds(Case, st.none(), whens, st.none() | inner),
        st.builds(Case, inner, whens, st.none() | inner),
    )


expressions = st.recursive(numbers | truths, compounds, max_leaves=8)
few = st.sampled_from([0.0, 1.0, 2.0, 3.5])
leads = st.fixed_dictionaries(
    {
        **dict.fromkeys(("fit", "score", "email", "count", "points"), few),
        **dict.fromkeys(("demo", "quiet"), st.booleans()),
        "grade": st.sampled_from("ABD"),
        "size": st.none() | few,
        "vip": st.none() | st.booleans(),
        "tier": st.sampled_from(["gold", "tin", None]),
    }
)


@settings(max_examples=150, deadline=None)
@given(expressions, leads)
def test_the_tree_computes_what_the_expression_says(expression: Expression, lead):
    sql = Sql(write(expression))
    assume(all(each.level is Level.WARNING for each in check_qualify(sql, names=NAMES)))
    tree = compile_qualify(sql, NAMES)
    row = Scored(KINDS, lead, {})
    assert Engine(tree, row).value(tree.root) == row.truth(expression), sql.text
