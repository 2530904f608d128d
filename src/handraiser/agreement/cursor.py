"""Where does the reader of an expression stand, and what is to be said when the next word does not fit?"""

from __future__ import annotations

from handraiser.agreement.expression import Span
from handraiser.agreement.slips import slip_at
from handraiser.agreement.tokens import RESERVED, Sort, Token, tokenize
from handraiser.agreement.trouble import ConditionCode, Unreadable

__all__ = ["MAX_DEPTH", "SQL_ONLY", "Cursor", "too_deep"]

MAX_DEPTH = 24  # so that nobody who walks a tree runs out of stack: SQL needs up to 26 calls a level

# Words of SQL that are often tried here; as the names of properties they are as good as any.
SQL_ONLY = {
    *("select", "from", "with", "exists", "any", "all", "some", "values", "unnest", "where", "having"),
    *("order", "group", "limit", "union", "over", "filter", "collate", "distinct", "similar", "glob"),
    *("isnull", "notnull", "interval", "array"),
}


def too_deep(span: Span) -> Unreadable:
    """What to say of a part that stands too deep inside others."""
    return Unreadable(
        ConditionCode.TOO_DEEP,
        span,
        f"The expression is nested more than {MAX_DEPTH} levels deep.",
        "Split it into several rules, or put values under `lists`.",
    )


class Cursor:
    """Goes through the tokens of a text from left to right, and counts how deep it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0
        if self.next.sort is Sort.END:
            raise Unreadable(
                ConditionCode.EMPTY,
                (0, 1),
                "There is no expression here.",
                "Write one, or leave the key out.",
            )

    @property
    def next(self) -> Token:
        """The token that has not been read yet."""
        return self.tokens[self.at]

    @property
    def end(self) -> int:
        """Where the last token that was read ends."""
        return self.tokens[self.at - 1].span[1] if self.at else 0

    def take(self) -> Token:
        """Read the next token."""
        token = self.next
        self.at += 1
        return token

    def took_sign(self, sign: str) -> bool:
        """Whether this sign comes next; if so, it is read."""
        if self.next.is_sign(sign):
            self.at += 1
            return True
        return False

    def took_word(self, word: str) -> bool:
        """Whether this word comes next; if so, it is read."""
        if self.next.is_word(word):
            self.at += 1
            return True
        return False

    def expect_sign(self, sign: str, why: str) -> None:
        """Read this sign, which has to come next."""
        if not self.took_sign(sign):
            raise self.unexpected(f"`{sign}` {why}")

    def expect_word(self, word: str, why: str) -> None:
        """Read this word, which has to come next."""
        if not self.took_word(word):
            raise self.unexpected(f"`{word}` {why}")

    def deeper(self) -> None:
        """Go one level down, but never so deep that Python's stack would end first."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(self.next.span)

    def unexpected(self, wanted: str) -> Unreadable:
        """What to say of the next token, which does not fit."""
        token = self.next
        slip = slip_at(self.text, self.tokens, self.at)
        if slip is not None:
            return slip
        if token.sort is Sort.END:
            last = self.tokens[self.at - 1].span if self.at else (0, 1)
            return Unreadable(
                ConditionCode.UNFINISHED, last, "The expression breaks off.", f"Expected here: {wanted}."
            )
        words = self.text[slice(*token.span)]
        if token.sort is Sort.WORD and token.value in SQL_ONLY:
            return Unreadable(
                ConditionCode.NOT_IN_THE_LANGUAGE,
                token.span,
                f"`{words}` is not part of the language.",
                f"Expected here: {wanted}. A property of that name stands in double quotes.",
            )
        fix = f"Expected here: {wanted}."
        if token.sort is Sort.WORD and token.value in RESERVED:
            fix += f' A property that is called {words} is written "{words}".'
        return Unreadable(ConditionCode.UNEXPECTED, token.span, f"`{words}` does not fit here.", fix)
