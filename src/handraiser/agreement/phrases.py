"""How does this language say `path contains '/x'`, `title is 'Guide'` or `price is at least 5`?"""

from __future__ import annotations

import re
from typing import NamedTuple

from handraiser.agreement.expression import Span
from handraiser.agreement.tokens import RESERVED, Sort, Token

__all__ = ["Phrase", "phrase_at", "value_words"]

_BEFORE = ("is", "are", "does", "do", "not")  # words that may stand before a phrase

# {x} is what stands before the phrase, {v} the value behind it, {part} the value's letters alone; the second
# wording is for the phrase with a `not`.
_SAID = {
    "contains": (
        "contains({x}, {v}), or {x} like '%{part}%'",
        "not contains({x}, {v}), or {x} not like '%{part}%'",
    ),
    "starts with": ("starts_with({x}, {v}), or {x} like '{part}%'", "not starts_with({x}, {v})"),
    "ends with": ("ends_with({x}, {v}), or {x} like '%{part}'", "not ends_with({x}, {v})"),
    "equals": ("{x} = {v}", "{x} <> {v}"),
    "one of": ("{x} in {list}", "{x} not in {list}"),
    "matches": ("{x} like {v}", "{x} not like {v}"),
    "at least": ("{x} >= {v}", "{x} < {v}"),
    "at most": ("{x} <= {v}", "{x} > {v}"),
    "more than": ("{x} > {v}", "{x} <= {v}"),
    "less than": ("{x} < {v}", "{x} >= {v}"),
    "empty": ("{x} is null", "{x} is not null"),
    "known": ("{x} is not null", "{x} is null"),
}
_MEANS = {
    **dict.fromkeys(("contains", "contain", "containing", "includes", "include", "has"), "contains"),
    **dict.fromkeys(("starts with", "start with", "begins with", "begin with", "startswith"), "starts with"),
    **dict.fromkeys(("ends with", "end with", "endswith"), "ends with"),
    **dict.fromkeys(("equals", "equal", "equal to", "eq", "the same as"), "equals"),
    **dict.fromkeys(("one of", "any of", "among", "in"), "one of"),
    **dict.fromkeys(("matches", "match"), "matches"),
    **dict.fromkeys(("at least", "greater than or equal to", "more than or equal to"), "at least"),
    **dict.fromkeys(("at most", "up to", "less than or equal to"), "at most"),
    **dict.fromkeys(("more than", "greater than", "higher than", "over", "above", "exceeds"), "more than"),
    **dict.fromkeys(("less than", "fewer than", "lower than", "under", "below"), "less than"),
    **dict.fromkeys(("empty", "blank", "missing", "unknown", "unset"), "empty"),
    **dict.fromkeys(("known", "set", "present", "filled", "exists", "exist"), "known"),
}
_LONGEST = max(len(words.split()) for words in _MEANS)


class Phrase(NamedTuple):
    """Words of another language that compare something, and the same in this one."""

    span: Span
    fix: str


def phrase_at(text: str, tokens: list[Token], at: int) -> Phrase | None:
    """Return the phrase in which the token stands, None where it stands in none that is known."""
    first = at
    while first > 0 and tokens[first - 1].is_word(*_BEFORE):
        first -= 1
    start, last, negated = first, first, False
    while tokens[last].is_word(*_BEFORE):
        negated ^= tokens[last].value == "not"
        last += 1
    means, behind = _meaning(tokens, last)
    if means is None and last > start and _begins_value(tokens[last]):
        means, behind = "equals", last  # title is 'Guide'
    before = _operand(text, tokens, start)
    is_call = tokens[behind].is_sign("(") and tokens[behind + 1].is_sign(")")
    if means is None or before is None or is_call:
        return None
    words = _SAID[means][negated].format(x=before, **_value(text, tokens, behind))
    return Phrase((tokens[start].span[0], tokens[behind - 1].span[1]), f"Write {words}.")


def _meaning(tokens: list[Token], at: int) -> tuple[str | None, int]:
    """Return what the longest phrase that begins here means, and the token behind it."""
    for length in range(_LONGEST, 0, -1):
        words = tokens[at : at + length]
        if len(words) == length and all(word.sort is Sort.WORD for word in words):
            means = _MEANS.get(" ".join(word.value for word in words))
            if means is not None:
                return means, at + length
    return None, at


def _begins_value(token: Token) -> bool:
    return token.sort in (Sort.TEXT, Sort.QUOTED, Sort.NUMBER) or (
        token.sort is Sort.WORD and token.value not in RESERVED
    )


def _operand(text: str, tokens: list[Token], at: int) -> str | None:
    """Return what stands before the token: a name, or a function with its arguments."""
    last = at - 1
    first = last
    if first >= 0 and tokens[first].is_sign(")"):
        depth = 1
        while depth and first > 0:
            first -= 1
            depth += tokens[first].is_sign(")") - tokens[first].is_sign("(")
        first -= 1
    if first < 0 or not _is_name(tokens[first]):
        return None
    if first >= 2 and tokens[first - 1].is_sign("."):
        first -= 2
    return text[tokens[first].span[0] : tokens[last].span[1]]


def _is_name(token: Token) -> bool:
    return token.sort is Sort.QUOTED or (token.sort is Sort.WORD and token.value not in RESERVED)


def _value(text: str, tokens: list[Token], at: int) -> dict[str, str]:
    """Return the value behind a phrase as it would be written, and its letters; … where there is none."""
    token = tokens[at]
    if token.is_sign("("):
        inside = text[token.span[1] :].partition(")")[0].strip()
        return {"v": inside, "part": inside.strip("'"), "list": f"({inside})"}
    if token.sort is Sort.END:
        return {"v": "…", "part": "…", "list": "(…)"}
    if token.sort is Sort.QUOTED:
        return {"v": f"'{token.value}'", "part": token.value, "list": f"('{token.value}')"}
    if token.sort is Sort.TEXT:
        last = at
        while tokens[last + 1].is_sign(",") and tokens[last + 2].sort is Sort.TEXT:
            last += 2
        words, several = text[slice(*token.span)], text[token.span[0] : tokens[last].span[1]]
        return {"v": words, "part": words.strip("'"), "list": f"({several})"}
    words = value_words(text, token.span[0])
    is_name = token.is_word("lead", "company") and tokens[at + 1].is_sign(".")
    value = words if is_name or token.sort is Sort.NUMBER else f"'{words}'"
    return {"v": value, "part": words, "list": f"({value})"}


def value_words(text: str, start: int) -> str:
    """Return the words of a value from here on, up to what cannot belong to it: `and`, a comma, the end."""
    found = re.compile(r"[^,()'\"=<>]+?(?=\s+(?:and|or)\b|\s*[,()'\"=<>]|\s*$)", re.IGNORECASE).match(
        text, start
    )
    return found.group() if found else text[start:].strip()
