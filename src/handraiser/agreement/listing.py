"""What is the text of an agreement with one item of a list more, less, twice or in another place?

An item takes its lines along, with the comments right above it and those below that are indented deeper.
Blank lines between items stay where they are, as does everything else.
"""

from __future__ import annotations

from handraiser.agreement.setting import with_key
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
    not_there,
    own,
    spliced,
    starts_line,
)
from handraiser.agreement.written import written

__all__ = ["item_text", "moved", "with_item", "without_item"]


def with_item(text: str, path: Path, item: str, *, after: int | None = None) -> str:
    """Return the text with an item more in a list: behind one of its items, else at the end.

    `item` is as it would stand in a list whose dashes are not indented, dash and all.
    """
    value = _item_of(item)
    text = with_key(text, path, "[]")
    items = own(text, path)
    if not isinstance(items, Items):
        raise not_there(path, "It is no list.")
    if not items.items:
        return _first(text, path, items, item, value)
    last = len(items.items) - 1 if after is None else after
    if items.flow:
        return _into_brackets(text, items, last, flowing(value))
    pieces, column = _pieces(text, items, path), column_of(text, items.start)
    end = new_line(text)
    between = text[pieces[-2][1] : pieces[-1][0]] if len(pieces) > 1 else ""
    gap = end * (len(between.splitlines()) if len(pieces) > 1 and not between.strip() else 1)
    return spliced(text, pieces[last][1], pieces[last][1], gap + _indented(item, column, end))


def without_item(text: str, path: Path) -> str:
    """Return the text without an item of a list."""
    items, number = _items(text, path)
    if items.flow:
        places = [(each.start, each.end) for each in items.items]
        if len(places) == 1:
            return spliced(text, items.start + 1, items.end - 1, "")
        return cut_from_brackets(text, places, number)
    pieces = _pieces(text, items, path)
    start, end = pieces[number]
    if len(pieces) == 1:
        at = entry(own(text, path[:-2]), str(path[-2]))
        if at is None:
            raise not_there(path, "It is written in an unusual way.")
        colon = behind_colon(text, at[0], path)
        return spliced(cut_lines(text, start, end), colon, colon, " []")
    if number:
        while not text[_line_before(text, start) : start].strip():
            start = _line_before(text, start)
    elif not text[end : pieces[1][0]].strip():
        return text[:start] + text[pieces[1][0] :]
    return cut_lines(text, start, end)


def moved(text: str, path: Path, by: int) -> str:
    """Return the text with an item of a list one place further up (-1) or down (1), if there is one."""
    items, number = _items(text, path)
    if not 0 <= number + by < len(items.items):
        return text
    places = [(each.start, each.end) for each in items.items] if items.flow else _pieces(text, items, path)
    first, second = places[min(number, number + by)], places[max(number, number + by)]
    between = text[first[1] : second[0]]
    swapped = text[slice(*second)] + between + text[slice(*first)]
    return spliced(text, first[0], second[1], swapped)


def item_text(text: str, path: Path) -> str:
    """Return an item of a list as it would stand in one whose dashes are not indented."""
    items, number = _items(text, path)
    item = items.items[number]
    if items.flow:
        return f"- {text[item.start : item.end]}"
    dash, column = _dash(text, items, number, path), column_of(text, items.start)
    lines = text[dash : _pieces(text, items, path)[number][1]].splitlines()
    return "\n".join(
        [lines[0], *(line[min(column, len(line) - len(line.lstrip(" "))) :] for line in lines[1:])]
    )


def flowing(value: Value, *, key: str = "") -> str:
    """Return a value as it stands between brackets and braces."""
    if isinstance(value, Word):
        style = value.style if value.style in ("'", '"') else ""
        return written(value.text, key=key, style=style, flow=True)
    if isinstance(value, Items):
        return f"[{', '.join(flowing(each, key=key) for each in value.items)}]"
    return f"{{{', '.join(f'{word.text}: {flowing(each, key=word.text)}' for word, each in value.entries)}}}"


def _item_of(item: str) -> Value:
    """Return what stands behind the dash of an item. Raises Mistakes where there is not one item."""
    read = found(spans(f"item:\n{item.strip()}\n"), ("item",))
    if not isinstance(read, Items) or len(read.items) != 1:
        raise not_there(("item",), "It is not one item of a list.")
    return read.items[0]


def _items(text: str, path: Path) -> tuple[Items, int]:
    items, number = own(text, path[:-1]), path[-1]
    if not isinstance(items, Items) or not isinstance(number, int) or not 0 <= number < len(items.items):
        raise not_there(path, "There is no such item.")
    return items, number


def _first(text: str, path: Path, items: Items, item: str, value: Value) -> str:
    """Return the text with the first item of a list."""
    around = own(text, path[:-1])
    at = entry(around, str(path[-1]))
    inside = text[items.start + 1 : items.end - 1]
    if at is None or is_flow(around) or inside.strip() or not isinstance(around, Keys):
        return spliced(text, items.start + 1, items.start + 1, flowing(value))
    end = new_line(text)
    line = line_end(text, items.end)
    lines = end + _indented(item, column_of(text, at[0].start) + 2, end)
    colon = behind_colon(text, at[0], path)
    return text[:colon] + text[items.end : line] + lines + text[line:]


def _into_brackets(text: str, items: Items, last: int, now: str) -> str:
    """Return the text with an item behind another between brackets: on its own line where the last one is."""
    at, begins = items.items[last].end, items.items[-1].start
    if len(items.items) == 1 or not starts_line(text, begins):
        return spliced(text, at, at, f", {now}")
    line = line_end(text, at)
    before = new_line(text) + text[line_start(text, begins) : begins]
    following = items.items[last + 1].start if last + 1 < len(items.items) else items.end - 1
    if following < line:
        return spliced(text, at, at, f",{before}{now}")
    if text[at:line].lstrip().startswith(","):
        return spliced(text, line, line, f"{before}{now},")
    return spliced(text, at, line, f",{text[at:line]}{before}{now}")


def _indented(item: str, column: int, end: str) -> str:
    lines = item.strip("\r\n").splitlines()
    return end.join(f"{' ' * column}{line}" if line.strip() else "" for line in lines)


# ---- lists with dashes


def _pieces(text: str, items: Items, path: Path) -> list[tuple[int, int]]:
    """Return from where to where each item stands: its lines and its comments."""
    column = column_of(text, items.start)
    found: list[tuple[int, int]] = []
    for number, item in enumerate(items.items):
        start = line_start(text, _dash(text, items, number, path))
        least = found[-1][1] if found else 0
        while (before := _line_before(text, start)) >= least and _is_comment(text, before, column):
            start = before
        found.append((start, end_of_block(text, item.end, column=column)))
    return found


def _dash(text: str, items: Items, number: int, path: Path) -> int:
    """Return where the dash of an item stands, in the column of all of them."""
    column = column_of(text, items.start)
    start = line_start(text, items.items[number].start)
    while True:
        at = start + column
        if text[at : at + 1] == "-" and at < line_end(text, start) and starts_line(text, at):
            return at
        if start <= line_start(text, items.start):
            raise not_there(path, "It is written in an unusual way.")
        start = _line_before(text, start)


def _line_before(text: str, start: int) -> int:
    """Return where the line before one begins; where there is none, before all."""
    if start == 0:
        return -1
    end = start - 2 if text[start - 2 : start] == "\r\n" else start - 1
    return line_start(text, end)


def _is_comment(text: str, start: int, column: int) -> bool:
    line = text[start : line_end(text, start)]
    return line[:column].strip() == "" and line[column : column + 1] == "#"
