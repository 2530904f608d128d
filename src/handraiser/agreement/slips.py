"""What did someone write out of habit where this language says it otherwise, and what would be right?

Asked only where an expression cannot be read on: `1,000,000`, `= New York`, `like /x`, `path contains '/x'`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from handraiser.agreement.amounts import number_meant
from handraiser.agreement.phrases import phrase_at, value_words
from handraiser.agreement.tokens import RESERVED, Sort, Token
from handraiser.agreement.trouble import ConditionCode, Unreadable, nearest

__all__ = ["slip_at"]

_AMOUNT = re.compile(r"\d[\d.,' ]*\d", re.ASCII)
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_OF_VALUES = ("-", "/", "%", "*")  # signs that a text without quotes may hold
_TIMES = (
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
)
_OFTEN_MISSPELLED = ("and", "between", "like", "ilike", "not")


def slip_at(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """Return what is to be said of a token that does not fit, None where no habit explains it."""
    for known in _SLIPS:
        found = known(text, tokens, at)
        if found is not None:
            return found
    return None


def _grouped_number(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`1,000,000`, `1,5`, `10 000`"""
    before, token = tokens[at - 1], tokens[at]
    if before.sort is not Sort.NUMBER or not (token.is_sign(",") or token.sort is Sort.NUMBER):
        return None
    found = _AMOUNT.match(text, before.span[0])
    meant = number_meant(found.group()) if found else None
    if found is None or meant is None:
        return None
    says = f"`{found.group()}` is no number: its digits stand together, and a point before its fraction."
    return Unreadable(ConditionCode.BAD_NUMBER, found.span(), says, f"Write {meant}.")


def _percent(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`50%`"""
    if at < 2 or not tokens[at - 1].is_sign("%") or tokens[at - 2].sort is not Sort.NUMBER:
        return None
    number, sign, token = tokens[at - 2], tokens[at - 1], tokens[at]
    ends = token.sort is Sort.END or token.is_sign(")", ",") or token.is_word(*RESERVED)
    if number.span[1] != sign.span[0] or not ends:
        return None
    says = f"`{number.value}%` is no number: % is the remainder of a division."
    fix = f"Write {number.value}, or {float(number.value) / 100:g} where the share of 1 is meant."
    return Unreadable(ConditionCode.BAD_NUMBER, (number.span[0], sign.span[1]), says, fix)


def _plus(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`> +5`"""
    if not tokens[at].is_sign("+"):
        return None
    return Unreadable(
        ConditionCode.UNEXPECTED, tokens[at].span, "`+` stands between two values.", "Take the + away."
    )


def _text_without_quotes(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`= New York`, `in (New York, …)`, `like /x%`"""
    start = _start_of_value(tokens, at)
    if start is None:
        return None
    begin = tokens[start].span[0]
    words = value_words(text, begin)
    if tokens[start].sort is Sort.NUMBER:
        misspelled = _misspelled(text, tokens, at)
        if misspelled is not None:
            return misspelled
        number = tokens[start].value
        if tokens[at].is_word(*_TIMES):
            fix = "A condition has no clock: `within` and `silent_for` of a rule on events count time."
            return Unreadable(ConditionCode.UNEXPECTED, tokens[at].span, _does_not_fit(text, tokens[at]), fix)
        fix = f"Write {number} alone; a text stands in single quotes: '{words}'."
        return Unreadable(ConditionCode.UNEXPECTED, tokens[at].span, _does_not_fit(text, tokens[at]), fix)
    says = f"`{words}` is a text without quotes."
    return Unreadable(ConditionCode.NO_QUOTES, (begin, begin + len(words)), says, f"Write '{words}'.")


def _start_of_value(tokens: list[Token], at: int) -> int | None:
    """Return where the text without quotes begins in which the token stands, None where it stands in none."""
    start = at
    if tokens[at].sort is Sort.END or tokens[at + 1].is_sign("("):
        return None
    while start > 0 and (_is_plain(tokens[start - 1]) or tokens[start - 1].is_sign(*_OF_VALUES)):
        start -= 1
    goes_on = _is_plain(tokens[at]) or tokens[at].is_sign(*_OF_VALUES)
    if start == 0 or not goes_on or not _begins_value(tokens, start):
        return None
    return start


def _begins_value(tokens: list[Token], start: int) -> bool:
    """Whether a value to compare with begins here: behind `=`, `like` or inside the brackets of `in`."""
    before = tokens[start - 1]
    if before.is_sign("=", "<>") or before.is_word("like", "ilike"):
        return True
    if before.is_sign("<", "<=", ">", ">="):  # which no text is compared by
        return tokens[start].sort is Sort.NUMBER
    opening = start - 1
    while opening > 0 and not tokens[opening].is_sign("(", ")"):
        opening -= 1
    return before.is_sign("(", ",") and opening > 0 and tokens[opening - 1].is_word("in")


def _is_plain(token: Token) -> bool:
    return token.sort is Sort.NUMBER or (token.sort is Sort.WORD and token.value not in RESERVED)


def _phrase(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`path contains '/x'`"""
    found = phrase_at(text, tokens, at)
    if found is None:
        return None
    words = text[slice(*found.span)]
    says = f"`{words}` is no comparison of this language."
    if words.lower() in ("is", "is not"):
        says = f"`{words}` compares with null only."
    return Unreadable(ConditionCode.UNEXPECTED, found.span, says, found.fix)


def _misspelled(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`adn`"""
    token = tokens[at]
    meant = nearest(token.value, _OFTEN_MISSPELLED) if _is_word(token) else None
    if meant is None or tokens[at + 1].is_sign("("):
        return None
    says = _does_not_fit(text, token)
    return Unreadable(ConditionCode.UNEXPECTED, token.span, says, f"Did you mean `{meant}`?")


def _name_with_blank(text: str, tokens: list[Token], at: int) -> Unreadable | None:
    """`lead.job title = 'x'`"""
    first, following = at - 1, tokens[at + 1] if tokens[at].sort is Sort.WORD else tokens[at]
    if not (_is_word(tokens[first]) and _is_word(tokens[at])):
        return None
    if not (following.is_sign(*_COMPARISONS) or following.is_word("like", "ilike", "in", "is")):
        return None
    name = text[tokens[first].span[0] : tokens[at].span[1]]
    owner = f"{tokens[first - 2].value}." if first >= 2 and tokens[first - 1].is_sign(".") else ""
    says = _does_not_fit(text, tokens[at])
    fix = f'A name with a blank stands in double quotes: {owner}"{name}".'
    return Unreadable(ConditionCode.UNEXPECTED, tokens[at].span, says, fix)


def _does_not_fit(text: str, token: Token) -> str:
    return f"`{text[slice(*token.span)]}` does not fit here."


def _is_word(token: Token) -> bool:
    return token.sort is Sort.WORD and token.value not in RESERVED


_SLIPS: tuple[Callable[[str, list[Token], int], Unreadable | None], ...] = (
    _grouped_number,
    _percent,
    _plus,
    _phrase,
    _text_without_quotes,
    _name_with_blank,
    _misspelled,
)
