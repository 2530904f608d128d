"""What does the text of an expression say?

A grammar of section 3 and nothing else, with the precedence of DuckDB's dialect:

    or < and < not < comparison, between, in, like, is null < + - < * / % < - (sign)

A general SQL parser accepts far more than section 3 and renames what it reads (`x::int` becomes `cast`,
`len` becomes `length`, `between symmetric` and `not like` become flags that are easily overlooked), and it
forgets where things stood. What this one does not know, it cannot let through.
"""

from __future__ import annotations

from collections.abc import Callable

from handraiser.agreement.cursor import MAX_DEPTH, SQL_ONLY, Cursor, too_deep
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
    Span,
    Type,
    children,
)
from handraiser.agreement.tokens import RESERVED, Sort, Token
from handraiser.agreement.trouble import ConditionCode, Unreadable, nearest

__all__ = ["MAX_DEPTH", "parse"]

_SIGNS_A_LEVEL = 4

TYPES = {
    **dict.fromkeys(("double", "float", "real", "decimal", "numeric"), Type.NUMBER),
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "bigint", "hugeint"), Type.WHOLE),
    **dict.fromkeys(("varchar", "text", "string", "char"), Type.TEXT),
    **dict.fromkeys(("boolean", "bool"), Type.BOOLEAN),
}
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Expression:
    """The expression that the text says; raises `Unreadable` at the first thing that is none of ours."""
    parser = _Parser(text)
    expression = parser.disjunction()
    if parser.next.sort is not Sort.END:
        raise parser.unexpected("a sign such as =, and, or, or the end")
    _refuse_deep(expression)
    return expression


def _refuse_deep(expression: Expression) -> None:
    """Parentheses are counted while reading; this counts what they and long sums have made.

    A sum leans to the left: each sign puts all before it one level deeper, but asks little of a stack.
    """
    waiting = [(expression, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MAX_DEPTH * _SIGNS_A_LEVEL:
            raise too_deep(part.span)
        for child in children(part):
            is_sum = isinstance(part, Arithmetic) and child is part.left
            waiting.append((child, depth + (1 if is_sum else _SIGNS_A_LEVEL)))


def _name(qualifier: str, token: Token, span: Span) -> Name:
    quoted = token.value if token.sort is Sort.QUOTED else None
    return Name(qualifier, token.value.lower(), quoted, span=span)


class _Parser(Cursor):
    """Each method reads one level of precedence."""

    # ---- levels of precedence, from the loosest

    def disjunction(self) -> Expression:
        return self._joined("or", self.conjunction)

    def conjunction(self) -> Expression:
        return self._joined("and", self.negation)

    def _joined(self, word: str, operand: Callable[[], Expression]) -> Expression:
        start = self.next.span[0]
        operands = [operand()]
        while self.took_word(word):
            operands.append(operand())
        if len(operands) == 1:
            return operands[0]
        return Logic(word, tuple(operands), span=(start, self.end))

    def negation(self) -> Expression:
        start = self.next.span[0]
        if not self.took_word("not"):
            return self.predicate()
        self.deeper()
        operand = self.negation()
        self.depth -= 1
        return Not(operand, span=(start, self.end))

    def predicate(self) -> Expression:
        """At most one comparison: DuckDB refuses `a < b < c`, and readers differ over `a = b is null`."""
        start = self.next.span[0]
        left = self.sum()
        found = self._compared(left, start)
        if found is None:
            return left
        if self._begins_comparison():
            raise Unreadable(
                ConditionCode.CHAINED,
                self.next.span,
                "A comparison stands directly beside another.",
                "Join them with and, or put one of them in parentheses.",
            )
        return found

    def _begins_comparison(self) -> bool:
        return self.next.is_sign(*_COMPARISONS) or self.next.is_word(
            "is", "between", "in", "like", "ilike", "not"
        )

    def _compared(self, left: Expression, start: int) -> Expression | None:
        """The comparison of which `left` is the first operand, None if there is none."""
        if self.next.is_sign(*_COMPARISONS):
            sign = self.take().value
            right = self.sum()
            return Comparison(sign, left, right, span=(start, self.end))
        if self.took_word("is"):
            negated = self.took_word("not")
            self._expect_null()
            return IsNull(left, negated, span=(start, self.end))
        before = self.at
        negated = self.took_word("not")
        if self.took_word("between"):
            low = self.sum()
            self.expect_word("and", "and the upper bound of between")
            high = self.sum()
            return Between(left, low, high, negated, span=(start, self.end))
        if self.took_word("in"):
            options = self._options()
            return In(left, options, negated, span=(start, self.end))
        if self.next.is_word("like", "ilike"):
            exact = self.take().value == "like"
            pattern = self.sum()
            escape = self._escape()
            return Like(left, pattern, exact, escape, negated, span=(start, self.end))
        self.at = before
        return None

    def _expect_null(self) -> None:
        if self.took_word("null"):
            return
        if self.next.is_word("true", "false", "distinct"):
            raise Unreadable(
                ConditionCode.NOT_IN_THE_LANGUAGE,
                self.next.span,
                "`is` is for null only.",
                "Write is null, is not null, = or <>.",
            )
        raise self.unexpected("`null`")

    def _options(self) -> tuple[Expression, ...]:
        self.expect_sign("(", "and the values of in, such as ('US', 'CA')")
        if self.next.is_sign(")"):
            raise self.unexpected("at least one value")
        self.deeper()
        options = self._list()
        self.depth -= 1
        return options

    def _list(self) -> tuple[Expression, ...]:
        """Expressions between commas, up to the closing parenthesis."""
        found = [self.disjunction()]
        while self.took_sign(","):
            found.append(self.disjunction())
        self.expect_sign(")", "or `,`")
        return tuple(found)

    def _escape(self) -> str | None:
        if not self.took_word("escape"):
            return None
        if self.next.sort is not Sort.TEXT or len(self.next.value) != 1:
            raise Unreadable(
                ConditionCode.BAD_ESCAPE,
                self.next.span,
                "The escape character is one character in single quotes.",
                "Write for example like '50!%' escape '!'.",
            )
        return self.take().value

    def sum(self) -> Expression:
        return self._calculated(("+", "-"), self.product)

    def product(self) -> Expression:
        return self._calculated(("*", "/", "%"), self.signed)

    def _calculated(self, signs: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        start = self.next.span[0]
        left = operand()
        length = 1
        while self.next.is_sign(*signs):
            length += 1
            if length > MAX_DEPTH * _SIGNS_A_LEVEL:
                raise too_deep(self.next.span)
            sign = self.take().value
            left = Arithmetic(sign, left, operand(), span=(start, self.end))
        return left

    def signed(self) -> Expression:
        start = self.next.span[0]
        if not self.took_sign("-"):
            return self.primary()
        self.deeper()
        operand = self.signed()
        self.depth -= 1
        return Negation(operand, span=(start, self.end))

    # ---- the smallest parts

    def primary(self) -> Expression:
        token = self.next
        if token.sort is Sort.NUMBER:
            return Literal(float(self.take().value), span=token.span)
        if token.sort is Sort.TEXT:
            return Literal(self.take().value, span=token.span)
        if token.is_word("true", "false", "null"):
            return Literal(_CONSTANTS[self.take().value], span=token.span)
        if token.is_sign("("):
            return self._parenthesised()
        if token.is_word("select"):
            raise Unreadable(
                ConditionCode.SUBQUERY,
                token.span,
                "A condition cannot ask another table.",
                "Write a condition on names alone; values may be put under `lists`.",
            )
        if token.is_word("case"):
            return self._case()
        if token.is_word("cast"):
            return self._cast()
        if token.sort is Sort.QUOTED or (token.sort is Sort.WORD and token.value not in RESERVED):
            return self._named()
        raise self.unexpected("a name, a number, a text or `(`")

    def _parenthesised(self) -> Expression:
        self.take()
        self.deeper()
        inside = self.disjunction()
        if self.next.is_sign(","):
            raise self.unexpected("`)`; a list of values stands behind `in` only")
        self.expect_sign(")", "that closes the parenthesis")
        self.depth -= 1
        return inside

    def _named(self) -> Expression:
        """A name, a name with its `lead.` or `company.`, or a function."""
        first = self.take()
        start = first.span[0]
        if self.next.is_sign("(") and first.sort is Sort.WORD:
            return self._call(first)
        if not self.took_sign("."):
            return _name("", first, first.span)
        if self.next.sort not in (Sort.WORD, Sort.QUOTED):
            raise self.unexpected("the name of an attribute, such as lead.country")
        second = self.take()
        if self.next.is_sign(".", "("):
            raise self.unexpected("a name with at most one dot, such as lead.country")
        return _name(first.value.lower(), second, (start, self.end))

    def _call(self, name: Token) -> Expression:
        if name.value in SQL_ONLY:
            self.at -= 1
            raise self.unexpected("a name or a function")
        if name.value == "try_cast":
            raise Unreadable(
                ConditionCode.NOT_IN_THE_LANGUAGE,
                name.span,
                "`try_cast` is not part of the language.",
                "Write cast; where it fails it is null.",
            )
        self.take()
        if self.took_sign(")"):
            return Call(name.value, (), span=(name.span[0], self.end))
        self.deeper()
        arguments = self._list()
        self.depth -= 1
        return Call(name.value, arguments, span=(name.span[0], self.end))

    def _case(self) -> Expression:
        start = self.take().span[0]
        self.deeper()
        subject = None if self.next.is_word("when") else self.disjunction()
        branches = []
        while self.took_word("when"):
            condition = self.disjunction()
            self.expect_word("then", "and what the case gives")
            branches.append((condition, self.disjunction()))
        if not branches:
            raise self.unexpected("`when`")
        otherwise = self.disjunction() if self.took_word("else") else None
        self.expect_word("end", "that closes the case")
        self.depth -= 1
        return Case(subject, tuple(branches), otherwise, span=(start, self.end))

    def _cast(self) -> Expression:
        start = self.take().span[0]
        self.expect_sign("(", "as in cast(x as double)")
        self.deeper()
        operand = self.disjunction()
        self.expect_word("as", "and a type, as in cast(x as double)")
        to = self._type()
        self.expect_sign(")", "that closes the cast")
        self.depth -= 1
        return Cast(operand, to, span=(start, self.end))

    def _type(self) -> Type:
        token = self.take()
        found = TYPES.get(token.value) if token.sort is Sort.WORD else None
        if found is None:
            raise self._unknown_type(token.value, token.span)
        if token.value == "double":
            self.took_word("precision")
        return found

    def _unknown_type(self, name: str, span: Span) -> Unreadable:
        near = nearest(name, TYPES)
        return Unreadable(
            ConditionCode.UNKNOWN_TYPE,
            span,
            f"There is no type {name}; values are numbers, texts and booleans.",
            f"Write {near}." if near else "Write cast(x as double), cast(x as text) or cast(x as boolean).",
        )
