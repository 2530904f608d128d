"""What would YAML readers make of a word that nobody quoted, and is it what belongs here?

`no` is a boolean to some readers of YAML and a text to others, `010` is ten or eight, `12:30` is 750.
Whatever is not the same to all of them is reported where a text (or a number) belongs.
"""

from __future__ import annotations

import re
from enum import Enum

from handraiser.agreement.amounts import number_meant
from handraiser.agreement.codes import Code
from handraiser.agreement.nodes import Scalar, Style
from handraiser.agreement.wrong import Wrong

__all__ = ["Kind", "kind_of", "read_number", "read_text", "read_truth", "shown"]


# Numbers of an agreement are no greater, so that no sum of points can overflow (decision 0001, 29).
MOST = 1e100


class Kind(Enum):
    """What YAML, old or new, takes a scalar for."""

    TEXT = "a text"
    NUMBER = "a number"
    ODD_NUMBER = "a number to some"
    BOOLEAN = "a boolean"
    NULL = "nothing"
    DATE = "a date"


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = frozenset({"true", "false", "yes", "no", "on", "off"})
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+([eE][-+]?\d+)?", re.ASCII)
_ODD = re.compile(
    r"[-+]?(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*(\.[\d_]*)?([eE][-+]?\d+)?"
    r"|\.(inf|Inf|INF)|\d+(:[0-5]?\d)+(\.\d*)?|\d{1,3}(,\d{3})+(\.\d*)?)|\.(nan|NaN|NAN)",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([Tt\s].*)?", re.ASCII)

_NUMBER_FIX = "Write a number, as in `15` or `-2.5`."
_TRAPS = {
    Kind.BOOLEAN: Code.READ_AS_BOOLEAN,
    Kind.NUMBER: Code.READ_AS_NUMBER,
    Kind.ODD_NUMBER: Code.READ_AS_NUMBER,
    Kind.NULL: Code.READ_AS_NULL,
    Kind.DATE: Code.READ_AS_DATE,
}


def kind_of(scalar: Scalar) -> Kind:
    """What YAML takes the scalar for; whatever is quoted is a text."""
    text = scalar.text
    if scalar.style is not Style.PLAIN:
        return Kind.TEXT
    if text in _NULL:
        return Kind.NULL
    if text.lower() in _BOOLEAN and text in (text.lower(), text.upper(), text.capitalize()):
        return Kind.BOOLEAN
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    if _ODD.fullmatch(text):
        return Kind.ODD_NUMBER
    return Kind.DATE if _DATE.fullmatch(text) else Kind.TEXT


def shown(text: str) -> str:
    """The text as a message shows it: in one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"


def read_text(scalar: Scalar) -> str | Wrong:
    """The words of a text."""
    kind = kind_of(scalar)
    if kind is Kind.NULL:
        return nothing(scalar)
    if kind is not Kind.TEXT:
        reads = "Some programs read" if kind is Kind.ODD_NUMBER else "YAML reads"
        what = "a number" if kind is Kind.ODD_NUMBER else kind.value
        says = f"{reads} `{shown(scalar.text)}` as {what}, and a text belongs here."
        return Wrong(_TRAPS[kind], says, f'Quote it: "{scalar.text}".')
    return scalar.text


def nothing(scalar: Scalar) -> Wrong:
    """What is said of a key without a value."""
    if not scalar.text:
        says, fix = "An empty value is nothing to YAML.", "Write a value, or leave the key out."
        return Wrong(Code.READ_AS_NULL, says, fix)
    says = f"YAML reads `{scalar.text}` as nothing."
    return Wrong(Code.READ_AS_NULL, says, f'Write a value; if the word itself is meant, "{scalar.text}".')


def read_number(scalar: Scalar) -> float | Wrong:
    """The number, always finite."""
    text = scalar.text
    match kind_of(scalar):
        case Kind.NUMBER:
            return _finite(text)
        case Kind.NULL:
            return nothing(scalar)
        case Kind.ODD_NUMBER:
            return _odd(text)
        case Kind.TEXT if _NUMBER.fullmatch(text.strip()):
            says = f'"{text}" is a text, not a number.'
            return Wrong(Code.QUOTED_NUMBER, says, f"Take the quotes away: {text.strip()}.")
    meant = number_meant(text) if kind_of(scalar) is Kind.TEXT else None
    says = f"`{shown(text)}` is not a number."
    return Wrong(Code.WRONG_KIND, says, f"Write `{meant}`." if meant else _NUMBER_FIX)


def _finite(text: str) -> float | Wrong:
    number = float(text)
    if not abs(number) <= MOST:
        return Wrong(
            Code.NUMBER_OUT_OF_RANGE, f"`{shown(text)}` is too great a number.", "Write a smaller number."
        )
    return number + 0.0  # -0 is 0


def _odd(text: str) -> Wrong:
    if text.lower().lstrip("+-") in (".inf", ".nan"):
        return Wrong(Code.NUMBER_OUT_OF_RANGE, f"`{text}` is not a finite number.", "Write a finite number.")
    plain = re.sub(r"^([-+]?)0+(?=\d)", r"\1", text.replace("_", "").replace(",", ""))
    fix = f"Write `{plain}`." if _NUMBER.fullmatch(plain) else "Write it as a decimal number."
    return Wrong(Code.ODD_NUMBER, f"Not every program reads `{shown(text)}` as the same number.", fix)


def read_truth(scalar: Scalar) -> bool | Wrong:
    """True or false."""
    if kind_of(scalar) is Kind.NULL:
        return nothing(scalar)
    text = scalar.text.lower()
    if kind_of(scalar) is Kind.BOOLEAN and text in ("true", "false"):
        return text == "true"
    meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
    fix = f"Write `{meant[text]}`." if text in meant else "Write `true` or `false`."
    code = Code.READ_AS_BOOLEAN if text in meant else Code.WRONG_KIND
    return Wrong(code, f"`{shown(scalar.text)}` is not `true` or `false`.", fix)
