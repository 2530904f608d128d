"""Which words of an expression stand where a text was meant, without their quotes?

`company.country = US` reads US as a name. Where no name can stand, that is told as what it is; where one
can (a property of the event), the data tell (`value_names`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from handraiser.agreement.expression import Arithmetic, Comparison, Expression, In, Like, Literal, Name, words
from handraiser.agreement.trouble import ConditionCode, Trouble

__all__ = ["instead_of_names", "unquoted_texts", "value_names"]

Known = Callable[[Name], bool]

_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
# What else is said of such a word, where it is taken for the name that it is not.
_OF_NAMES = frozenset({ConditionCode.UNQUALIFIED, ConditionCode.UNKNOWN_NAME})


def unquoted_texts(expression: Expression, text: str, *, known: Known) -> Iterator[Trouble]:
    """Texts without quotes: what stands beside an attribute and consists of names that are not `known`."""
    for beside, value in _compared(expression):
        said = text[slice(*value.span)]
        names = [part for part in words(value) if isinstance(part, Name)]
        is_text = bool(names) and not any(
            name.qualifier or name.quoted is not None or known(name) for name in names
        )
        if is_text and not any(sign.isspace() for sign in said) and _may_be_text_beside(beside, known):
            yield _unquoted(value, said, may_be_attribute=not _is_grade(beside))


def instead_of_names(texts: Iterable[Trouble], others: Iterable[Trouble]) -> list[Trouble]:
    """Both, without what is said of the same words as names."""
    texts = list(texts)
    kept = [
        each
        for each in others
        if each.code not in _OF_NAMES or not any(_overlap(each, unquoted) for unquoted in texts)
    ]
    return [*texts, *kept]


def value_names(expression: Expression) -> frozenset[Name]:
    """The names with which something is compared, and which may be meant as texts."""
    return frozenset(
        value for _, value in _compared(expression) if isinstance(value, Name) and value.quoted is None
    )


def _overlap(one: Trouble, other: Trouble) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _unquoted(value: Expression, said: str, *, may_be_attribute: bool) -> Trouble:
    if said.lower() in _TRUTHS:
        fix = f"Write {_TRUTHS[said.lower()]}, without quotes; '{said}' if the text is meant."
    elif isinstance(value, Name) and may_be_attribute:
        either = f"lead.{value.name} or company.{value.name} if an attribute"
        fix = f"Write '{said}' if the text is meant, {either}."
    else:
        fix = f"Write '{said}'."
    says = f"`{said}` is a text without quotes."
    return Trouble(code=ConditionCode.NO_QUOTES, span=value.span, says=says, fix=fix)


def _compared(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """What has a name, and the value it is compared with, as far as that may be a text by its form."""
    for part in words(expression):
        match part:
            case Comparison("=" | "<>", left, right):
                pairs = [(right, left) if _has_qualified(right) else (left, right)]
            case Like(operand, pattern):
                pairs = [(operand, pattern)]
            case In(operand, options):
                pairs = [(operand, option) for option in options]
            case _:
                continue
        yield from ((beside, value) for beside, value in pairs if _has_name(beside) and _is_wordy(value))


def _has_name(part: Expression) -> bool:
    return any(isinstance(each, Name) for each in words(part))


def _has_qualified(part: Expression) -> bool:
    return any(isinstance(each, Name) and each.qualifier for each in words(part))


def _may_be_text_beside(part: Expression, known: Known) -> bool:
    """Whether texts are compared with the part: an attribute or the grade, not a sum or a rule."""
    named = [each for each in words(part) if isinstance(each, Name)]
    return any(name.qualifier or not known(name) for name in named) or _is_grade(part)


def _is_grade(part: Expression) -> bool:
    return isinstance(part, Name) and not part.qualifier and part.name == "grade"


def _is_wordy(part: Expression) -> bool:
    """Whether a part is made of words and such signs as stand inside of texts: `mid-market`."""
    match part:
        case Name() | Literal(float()):
            return True
        case Arithmetic("-" | "/" | "%" | "*", left, right):
            return _is_wordy(left) and _is_wordy(right)
    return False
