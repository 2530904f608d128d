"""What is the text of an agreement with one value other than it was, and every other character as it was?

A value is named by its path: keys, and places in lists from 0, such as `("fit", "rules", 2, "points")`.
A value set to what it is changes nothing. What cannot be changed so is refused with `Mistakes`: what is not
there, and what stands for several places at once (an anchor, an alias).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from handraiser.agreement.spans import (
    Items,
    Keys,
    Path,
    Value,
    Word,
    column_of,
    entry,
    found,
    line_end,
    line_start,
    new_line,
    spans,
)
from handraiser.agreement.splicing import (
    behind_colon,
    cut_from_brackets,
    cut_lines,
    end_of_block,
    is_flow,
    is_missing,
    next_line,
    not_there,
    own,
    refuse_shared,
    spliced,
    starts_line,
)
from handraiser.agreement.written import block_written, words_written, written

__all__ = ["with_key", "with_name", "with_value", "with_words", "without"]

Written = Callable[[bool], str]  # what stands behind a key, asked whether it stands between braces

# The order in which keys are written, for one that comes to others.
_IN_ORDER = (
    *("agreement", "rule", "title", "timezone", "currency", "lists", "targets", "group", "event"),
    *("silent_for", "do", "at", "when", "to", "where", "distinct", "at_least", "at_most", "hours"),
    *("accept_within", "contact_within", "within", "decay", "machines", "points", "min", "max"),
    *("groups", "rules", "grades", "mqls_per_month", "mql_to_sql", "sql_to_customer"),
    *("accepted_in_time", "contacted_in_time", "fit", "engagement", "score", "qualify", "mql"),
    *("hand_raise", "never", "follow_up", "remind_at", "escalate_at", "expire_after", "route"),
    *("handoff", "reasons", "nurture", "disqualify", "requalify_after", "forget_engagement", "recycle"),
    *("say"),
)
_ORDER = {key: place for place, key in enumerate(_IN_ORDER)}
# What need not be there goes with its last key.
_MAY_GO = frozenset({("score",), ("targets",), ("handoff",), ("handoff", "hand_raise"), ("recycle",)})
_IN_BLOCKS = frozenset({"fit", "engagement", "qualify", "handoff", "recycle", "groups", "reasons"})


def with_value(text: str, path: Path, value: str) -> str:
    """Return the text with one value set, where it is or, if it is not there yet, under its key."""
    was, key = found(spans(text), path), _key(path)
    if was is None or is_missing(was):
        return _added(text, path, lambda flow: written(value, key=key, flow=flow))
    if isinstance(was, Word) and _is_same(was, value):
        return text
    around = own(text, path[:-1])
    refuse_shared(was, path)
    if not isinstance(was, Word):
        _refuse_lines(text, was, path)
        return spliced(text, was.start, was.end, written(value, key=key, flow=is_flow(around)))
    if was.style in ("|", ">"):
        return _other_block(text, was, value, key=key)
    style = was.style if was.text else ""  # quotes around nothing are no way to write
    return spliced(text, was.start, was.end, written(value, key=key, style=style, flow=is_flow(around)))


def with_words(text: str, path: Path, values: Sequence[str]) -> str:
    """Return the text with a list of words set; one alone needs no brackets where an event is named."""
    was, key = found(spans(text), path), _key(path)
    if len(values) == 1 and not isinstance(was, Items) and key == "event":
        return with_value(text, path, values[0])
    now = words_written(list(values), key=key)
    if was is None or is_missing(was):
        return _added(text, path, lambda _: now)
    if isinstance(was, Items) and [getattr(each, "text", None) for each in was.items] == list(values):
        return text
    own(text, path)
    if isinstance(was, Items | Keys):
        _refuse_lines(text, was, path)
    return spliced(text, was.start, was.end, now)


def with_key(text: str, path: Path, value: str) -> str:
    """Return the text with a key that is not there yet, and behind it what is given as it is written."""
    return _added(text, path, lambda _: value) if is_missing(found(spans(text), path)) else text


def with_name(text: str, path: Path, name: str) -> str:
    """Return the text with a key called otherwise."""
    at = entry(own(text, path[:-1]), str(path[-1]))
    if at is None or at[0].shared or not name:
        raise not_there(path, "It needs a name." if at and not name else "There is nothing of that name.")
    return spliced(text, at[0].start, at[0].end, written(name, key="", style=at[0].style, flow=True))


def without(text: str, path: Path) -> str:
    """Return the text without a key and all that is under it, as if it had not been written."""
    keys = own(text, path[:-1])
    at = entry(keys, str(path[-1]))
    if not isinstance(keys, Keys) or at is None:
        return text
    if len(keys.entries) == 1:
        return _emptied(text, path[:-1], keys)
    number = keys.entries.index(at)
    if keys.flow:
        places = [(key.start, max(key.end, value.end)) for key, value in keys.entries]
        return cut_from_brackets(text, places, number)
    if starts_line(text, at[0].start):
        begin, end = line_start(text, at[0].start), line_end(text, at[1].end)
        before = keys.entries[number - 1][1] if number else None
        if isinstance(before, Word) and before.style in ("|", ">"):
            text = _outdented(text, end, column_of(text, at[0].start))
        return cut_lines(text, begin, end)
    if number or text[: at[0].start].rstrip(" ")[-1:] != "-":
        raise not_there(path, "It is written in an unusual way.")
    return _without_first(text, at, keys.entries[1][0])


def _outdented(text: str, end: int, column: int) -> str:
    """Return the text with comments behind a line no deeper than a column: a block would take them in."""
    start = next_line(text, end)
    while start < len(text):
        line = text[start : line_end(text, start)]
        stop = next_line(text, start + len(line))
        if not line.lstrip(" ").startswith("#"):
            break
        deeper = max(0, len(line) - len(line.lstrip(" ")) - column)
        text, stop = text[:start] + text[start + deeper :], stop - deeper
        start = stop
    return text


def _name(key: str) -> str:
    return written(key, key="", flow=True)


def _key(path: Path) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


def _is_same(was: Word, value: str) -> bool:
    """Whether a value is what it was; a block of lines ends with a break that nobody types."""
    return value == was.text or (was.style in ("|", ">") and value.rstrip("\n") == was.text.rstrip("\n"))


def _refuse_lines(text: str, was: Items | Keys, path: Path) -> None:
    if not was.flow or re.search(r"\s#.*[\r\n]", text[was.start : was.end]):  # a comment would be lost
        raise not_there(path, "It is written over several lines.")


def _refuse_no_braces(text: str, keys: Keys, path: Path) -> None:
    if text[keys.start] != "{":  # `[key: value]`
        raise not_there(path, "It is written in an unusual way.")


def _other_block(text: str, was: Word, value: str, *, key: str) -> str:
    """Return the text with other lines below `|` or `>`; in quotes where they cannot stand so."""
    header_end = line_end(text, was.start)
    header, body = text[was.start : header_end], text[next_line(text, header_end) : max(was.end, header_end)]
    first = next((line for line in body.splitlines() if line.strip()), "")
    indentation = first[: len(first) - len(first.lstrip(" "))]
    now = block_written(value, header=header, indentation=indentation, end=new_line(text))
    if now is None:
        comment = "  " + header[header.index("#") :] if "#" in header else ""
        now = written(value, key=key, style='"') + comment
    return spliced(text, was.start, max(was.end, header_end), now)


# ---- a key goes


def _without_first(text: str, at: tuple[Word, Value], following: Word) -> str:
    """Return the text without the key behind a dash: the next one takes its place."""
    start, end = at[0].start, line_end(text, at[1].end)
    if not text[end : following.start].strip():
        return text[:start] + text[following.start :]
    return text[:start].rstrip(" ") + text[end:]


def _emptied(text: str, path: Path, keys: Keys) -> str:
    """Return the text without the last key of something; with braces where that has to stay."""
    if path in _MAY_GO:
        return without(text, path)
    if keys.flow:
        _refuse_no_braces(text, keys, path)
        return spliced(text, keys.start + 1, keys.end - 1, "")
    at = entry(own(text, path[:-1]), str(path[-1])) if path else None
    if at is None:
        raise not_there(path, "Nothing would be left.")
    colon = behind_colon(text, at[0], path)
    rest = cut_lines(text, line_start(text, keys.entries[0][0].start), line_end(text, keys.end))
    return spliced(rest, colon, colon, " {}")


# ---- a key comes


def _added(text: str, path: Path, value: Written) -> str:
    """Return the text with a key more, and with those above it that are not there yet."""
    root = spans(text)
    depth = next(n for n in range(len(path)) if is_missing(found(root, path[: n + 1])))
    around = own(text, path[:depth])
    if not isinstance(around, Keys) or not all(isinstance(step, str) for step in path[depth:]):
        raise not_there(path, "There is nothing of that name.")
    key, rest = str(path[depth]), [str(step) for step in path[depth + 1 :]]
    at = entry(around, key)
    if at is not None:  # with nothing behind it
        colon = " " if text[at[1].start - 1] == ":" else ": "
        return spliced(text, at[1].start, at[1].end, colon + _nested(rest, value, flow=around.flow))
    if around.flow:
        _refuse_no_braces(text, around, path)
        return _into_braces(text, around, key, f"{_name(key)}: {_nested(rest, value, flow=True)}")
    return _onto_line(text, around, key, rest, value)


def _nested(keys: Sequence[str], value: Written, *, flow: bool = False) -> str:
    """Return what stands behind a key: the value, or braces with the keys that lead to it."""
    if not keys:
        return value(flow)
    return "".join(f"{{{_name(key)}: " for key in keys) + value(True) + "}" * len(keys)


def _into_braces(text: str, around: Keys, key: str, now: str) -> str:
    before = _before(around, key)
    if before is not None:
        return spliced(text, before, before, f", {now}")
    if around.entries:
        first = around.entries[0][0].start
        return spliced(text, first, first, f"{now}, ")
    return spliced(text, around.start + 1, around.start + 1, now)


def _onto_line(text: str, around: Keys, key: str, rest: Sequence[str], value: Written) -> str:
    first = around.entries[0][0].start
    column, end = column_of(text, first), new_line(text)
    if rest and key in _IN_BLOCKS:
        now = f"{_name(key)}:{end}{' ' * (column + 2)}{_name(rest[0])}: {_nested(rest[1:], value)}"
    else:
        now = f"{_name(key)}: {_nested(rest, value)}"
    before = _before(around, key)
    if before is None:
        return spliced(text, first, first, f"{now}{end}{' ' * column}")
    at = end_of_block(text, before, column=column)
    return spliced(text, at, at, f"{end}{' ' * column}{now}")


def _before(around: Keys, key: str) -> int | None:
    """Return where the entry ends behind which a new key stands; None where it is the first."""
    place = _ORDER.get(key, len(_ORDER))
    earlier = [each for each in around.entries if _ORDER.get(each[0].text, -1) < place]
    if not earlier:
        return None
    if key in _ORDER:
        word, value = max(earlier, key=lambda each: _ORDER.get(each[0].text, -1))
    else:
        word, value = around.entries[-1]
    return max(word.end, value.end)
