"""Of which words and signs is an expression made, and where does each stand?

Anything that section 3 does not have is refused here, before anyone could give it a meaning:
comments, a second statement, `::`, `||`, escape strings, parameters, brackets, odd characters.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import msgspec

from handraiser.agreement.amounts import number_meant
from handraiser.agreement.expression import Span
from handraiser.agreement.trouble import ConditionCode, Unreadable

__all__ = ["MAX_LENGTH", "RESERVED", "Sort", "Token", "tokenize"]

MAX_LENGTH = 100_000

RESERVED = {
    *("and", "or", "not", "between", "in", "like", "ilike", "is", "null", "true", "false"),
    *("case", "when", "then", "else", "end", "cast", "as"),
}


class Sort(Enum):
    NUMBER = "number"
    TEXT = "text"
    WORD = "word"
    QUOTED = "quoted"
    SIGN = "sign"
    END = "end"


class Token(msgspec.Struct, frozen=True):
    """A word or sign. `value` is what it means: a text without its quotes, a word in lower case."""

    sort: Sort
    value: str
    span: Span

    def is_sign(self, *signs: str) -> bool:
        return self.sort is Sort.SIGN and self.value in signs

    def is_word(self, *words: str) -> bool:
        return self.sort is Sort.WORD and self.value in words


_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<word>[^\W\d]\w*)
    | (?P<foreign>--|/\*|\*/|::|\|\||&&|<=>|->>|->|=>|:=|<<|>>|//|\*\*|~~|!~|!(?!=)|[;~^|&?$\#@`:\[\]{}\\])
    | (?P<sign><=|>=|<>|!=|==|[-+*/%(),.<>=])
    """,
    re.VERBOSE,
)

_INSTEAD = {
    "::": "Write cast(x as double), cast(x as text) or cast(x as boolean).",
    "||": "Texts cannot be joined. If `or` is meant, write or.",
    "=>": "Write >=.",
    "&&": "Write and.",
    "&": "Write and.",
    "|": "Write or.",
    "!": "Write not.",
    "//": "Write floor(a / b).",
    "~": "Write like '%part%' or ilike '%part%'.",
    "~~": "Write like.",
    "!~": "Write not like.",
    "^": "Write x * x; there are no powers.",
    "**": "Write x * x; there are no powers.",
    "[": "Write in ('a', 'b') for a list of values.",
    "$": "Write the number alone.",
    "`": "Write a name in double quotes and a text in single quotes.",
}
_NEGATED = ("doesn", "don", "isn", "aren")
_CURLY = "‘’‚‛“”„‟′″´"


def tokenize(text: str) -> list[Token]:
    """The words and signs of an expression, ended by one of sort END."""
    if len(text) > MAX_LENGTH:
        raise Unreadable(
            ConditionCode.TOO_LONG,
            (0, 1),
            f"The expression has {len(text):,} characters, more than {MAX_LENGTH:,}.",
            "Put long lists of values under `lists` and write listed(x, 'name').",
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _odd_character(text, at)
        if found.lastgroup != "blank":
            tokens.append(_token(found.lastgroup, found.group(), found.span(), text))
        at = found.end()
    tokens.append(Token(Sort.END, "", (len(text), len(text))))
    return tokens


def _token(group: str, words: str, span: Span, text: str) -> Token:
    """One word or sign, unless it is none of ours."""
    following = text[span[1] : span[1] + 1]
    if group == "foreign":
        raise _foreign(words, span)
    if group == "number":
        if following.isalnum() or following in {"_", "."}:
            raise _bad_number(text, span)
        if float(words) == float("inf"):
            raise Unreadable(
                ConditionCode.BAD_NUMBER, span, f"{words} is too large.", "Numbers go up to 1.7e308."
            )
        return Token(Sort.NUMBER, words, span)
    if group == "word":
        if words.lower() in _NEGATED and text[span[1] : span[1] + 2].lower() == "'t":
            says = f"`{words}'t` is not part of the language."
            fix = "Write not before the condition, as in not contains(x, 'part')."
            raise Unreadable(ConditionCode.NOT_IN_THE_LANGUAGE, span, says, fix)
        if following == "'":
            raise Unreadable(
                ConditionCode.NOT_IN_THE_LANGUAGE,
                span,
                f"{words} stands before a text; the language has plain texts only.",
                f"Write the text alone, without {words}, or put a sign between them.",
            )
        return Token(Sort.WORD, words.lower(), span)
    if group == "text":
        _refuse_odd(words, span)
        return Token(Sort.TEXT, words[1:-1].replace("''", "'"), span)
    if group == "quoted":
        _refuse_odd(words, span)
        return Token(Sort.QUOTED, words[1:-1].replace('""', '"'), span)
    return Token(Sort.SIGN, {"==": "=", "!=": "<>"}.get(words, words), span)


def _foreign(words: str, span: Span) -> Unreadable:
    """A sign of SQL that the language does not have."""
    if words[0] == ";":
        return Unreadable(
            ConditionCode.SEVERAL_STATEMENTS,
            span,
            "An expression ends before `;`.",
            "Write one expression, without `;`.",
        )
    if words in ("--", "/*", "*/") or words[0] == "#":
        return Unreadable(
            ConditionCode.COMMENT,
            span,
            "An expression has no comments.",
            "Put the comment into the YAML, behind ` #` outside the quotes."
            if words != "--"
            else "Put the comment into the YAML; for minus a negative number write - (-1).",
        )
    instead = _INSTEAD.get(words) or _INSTEAD.get(words[0]) or "Use the signs = <> < <= > >= + - * / % only."
    return Unreadable(
        ConditionCode.NOT_IN_THE_LANGUAGE, span, f"`{words}` is not part of the language.", instead
    )


def _bad_number(text: str, span: Span) -> Unreadable:
    found = re.compile(r"[\w.]+").match(text, span[0])
    words = found.group() if found else text[span[0] : span[1] + 1]
    meant = number_meant(words)
    return Unreadable(
        ConditionCode.BAD_NUMBER,
        (span[0], span[0] + len(words)),
        f"{words} is no number.",
        f"Write {meant}."
        if meant
        else "Write digits with an optional fraction and exponent (12, 0.5, 1e6), a text in single quotes.",
    )


def _odd_character(text: str, at: int) -> Unreadable:
    """What to say of a character that begins nothing."""
    char = text[at]
    if char in "'\"":
        what = "text" if char == "'" else "name"
        return Unreadable(
            ConditionCode.UNCLOSED_TEXT,
            (at, len(text)),
            f"The {what} that begins with {char} does not end.",
            f"Close it with {char}; a {char} inside is written twice.",
        )
    named = f"{unicodedata.name(char, 'a character without a name')} (U+{ord(char):04X})"
    if char in _CURLY:
        fix = "Put texts in straight single quotes: 'US'."
    elif unicodedata.category(char) == "Sc":
        fix = "Write the number alone."
    elif char.isspace() or not char.isprintable():
        fix = "Replace it by an ordinary blank."
    else:
        fix = "Remove it, or put it in single quotes if it belongs to a text."
    return Unreadable(
        ConditionCode.BAD_CHARACTER, (at, at + 1), f"{named} cannot stand in an expression.", fix
    )


def _refuse_odd(words: str, span: Span) -> None:
    """NUL and halves of surrogate pairs cannot be stored by any database."""
    for offset, char in enumerate(words):
        if char == "\0" or "\ud800" <= char <= "\udfff":
            raise Unreadable(
                ConditionCode.BAD_CHARACTER,
                (span[0] + offset, span[0] + offset + 1),
                f"The character U+{ord(char):04X} cannot stand in a text.",
                "Remove it.",
            )
