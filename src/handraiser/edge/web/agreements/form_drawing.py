"""How does something in the text of an agreement look as a field, or as an item of a list?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence

from handraiser.agreement.spans import Items, Keys, Path, Value, Word, found, spans
from handraiser.agreement.splicing import is_missing
from handraiser.agreement.vocabulary import is_name
from handraiser.agreement.wording import capital, readable
from handraiser.edge.web.agreements import form_words as asks
from handraiser.edge.web.agreements.form_parts import Card, Elsewhere, Field, Listed
from handraiser.edge.web.agreements.form_words import Asked
from handraiser.errors import Diagnostic

__all__ = ["Drawing", "words_of"]

_SHARED = "It stands for several places in the text."
_OTHERWISE = "It is written in the text in a way that a field cannot show."
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Drawing:
    """A text, and what is wrong in it that no field shows yet."""

    def __init__(self, text: str, diagnostics: Iterable[Diagnostic]) -> None:
        self.root = spans(text)
        starts = [0, *(each.end() for each in _BREAK.finditer(text))]
        self._wrong = [
            (starts[min(each.at.line, len(starts)) - 1] + each.at.column - 1, each) for each in diagnostics
        ]

    def wrong(self, value: Value | None = None) -> tuple[Diagnostic, ...]:
        """Return what is wrong in a value, or anywhere, and has not been shown yet."""
        start, end = (0, 1 << 40) if value is None else (value.start, value.end)
        here = [each for each in self._wrong if start <= each[0] <= end]
        self._wrong = [each for each in self._wrong if each not in here]
        return tuple(each for _, each in here)

    def field(self, asked: Asked, path: Path, *, of: str, events: str = "") -> Field:
        """Return a field; `of` is by what the page knows what it belongs to."""
        value = found(self.root, path)
        empty = Field(asked, f"{of}-{asked.key}", as_sent(path), "", events=events)
        if value is None or is_missing(value):
            locked = _SHARED if self._is_shared(path) else ""
            return empty._replace(locked=locked, wrong=self.wrong(value) if value else ())
        filled = empty._replace(line=value.line, wrong=self.wrong(value))
        shown = words_of(value) if asked.kind == "words" else None
        if isinstance(value, Word):
            shown = [value.text] if asked.kind != "words" or shown else None
        if shown is None:
            return filled._replace(locked=_OTHERWISE)
        told = ", ".join(shown).rstrip("\n")
        return filled._replace(value=told, locked=_SHARED if self._is_shared(path) else "")

    def fields(self, asked: Iterable[Asked], path: Path, *, of: str, events: str = "") -> list[Field]:
        """Return the fields of what stands at a path."""
        return [self.field(each, (*path, each.key), of=of, events=events) for each in asked]

    def elsewhere(self, keys: Value | None, known: Collection[str]) -> list[Elsewhere]:
        """Return what stands among keys that no field asks for; a key written twice is one of them."""
        if not isinstance(keys, Keys):
            return [] if keys is None or is_missing(keys) else [Elsewhere("written otherwise", keys.line)]
        seen: set[str] = set()
        others = []
        for word, _ in keys.entries:
            if word.text not in known or word.text in seen:
                others.append(Elsewhere(word.text or "a key", word.line))
            seen.add(word.text)
        return others

    # ---- items of lists

    def listed(
        self, path: Path, asked: Sequence[Asked], *, says: str, adds: str, kind: str, names: Sequence[str]
    ) -> Listed:
        """Return a list of short items, such as routes: each in a line by what `names` of it says."""
        value, of = found(self.root, path), "-".join(map(str, path))
        items = value.items if isinstance(value, Items) else ()
        cards = []
        for number, item in enumerate(items):
            here, at = f"{of}-{number}", (*path, number)
            told = [_text(found(item, (name,))) for name in names]
            cards.append(
                Card(
                    id=here, at=as_sent(at), title=" · ".join(filter(None, told)) or f"{says} {number + 1}",
                    gist="", fields=self.fields(asked, at, of=here), line=item.line,
                    elsewhere=self.elsewhere(item, [each.key for each in asked]), wrong=self.wrong(item),
                )
            )  # fmt: skip
        return Listed(
            f"list-{of}", as_sent(path), says, cards, ((kind, adds),), elsewhere=_otherwise(value, Items)
        )

    def named(
        self, path: Path, asked: Sequence[Asked], *, says: str, adds: tuple[tuple[str, str], ...] = ()
    ) -> Listed:
        """Return what has names of its own, such as groups and reasons."""
        value, of = found(self.root, path), "-".join(map(str, path))
        cards = []
        for number, (word, each) in enumerate(value.entries if isinstance(value, Keys) else ()):
            here, at = f"{of}-{number}", (*path, word.text)
            fields = self.fields(asked, at, of=here)
            gist = ", ".join(_said(field) for field in fields if field.value)
            cards.append(
                Card(
                    id=here, at=as_sent(at), title=capital(readable(word.text)), gist=gist, fields=fields,
                    line=word.line, elsewhere=self.elsewhere(each, [one.key for one in asked]),
                    wrong=(*self.wrong(word), *self.wrong(each)), name=word.text,
                )
            )  # fmt: skip
        elsewhere = _otherwise(value, Keys)
        return Listed(f"list-{of}", as_sent(path), says, cards, adds, is_moved=False, elsewhere=elsewhere)

    # ---- rules

    def rules(self, section: str, adds: tuple[tuple[str, str], ...]) -> Listed:
        """Return the rules of a section."""
        path: Path = (section, "rules")
        value = found(self.root, path)
        items = value.items if isinstance(value, Items) else ()
        names = [_text(found(item, ("rule",))) for item in items]
        cards = []
        for number, (item, name) in enumerate(zip(items, names, strict=True)):
            known = is_name(name) and names.count(name) == 1
            cards.append(self._rule(item, (*path, number), of=f"rule-{section}-{name if known else number}"))
        return Listed(
            f"list-{section}", as_sent(path), "Rules", cards, adds, is_copied=True,
            elsewhere=_otherwise(value, Items),
        )  # fmt: skip

    def _rule(self, item: Value, path: Path, *, of: str) -> Card:
        asked = _asked_of(item, path)
        bands, worth = found(item, ("points",)), ""
        events = ", ".join(words_of(found(item, ("event",))) or [])
        lists: tuple[Listed, ...] = ()
        points = None
        if isinstance(bands, Items):
            asked = tuple(each for each in asked if each.key not in ("points", "when"))
            lists = (self._bands((*path, "points"), of=of),)
            worth = " / ".join(_text(found(each, ("points",))) for each in bands.items)
        asked = tuple(self._by_default(each, path) for each in asked)
        fields = self.fields(asked, path, of=of, events=events)
        points = next((each for each in fields if each.asked.key == "points"), None)
        known = {*(each.key for each in asked), *(("points",) if lists else ())}
        name = _text(found(item, ("rule",)))
        title = capital(readable(name, _text(found(item, ("title",)))))
        return Card(
            id=of, at=as_sent(path), title=title or "A rule", gist=_gist(item),
            fields=[each for each in fields if each is not points], points=points, worth=worth,
            lists=lists, elsewhere=self.elsewhere(item, known), wrong=self.wrong(item), line=item.line,
        )  # fmt: skip

    def _by_default(self, asked: Asked, path: Path) -> Asked:
        """Return what is asked, with what the section says for all of its rules where a rule says nothing."""
        said = _text(found(self.root, (path[0], asked.key))) if asked.key in ("within", "decay") else ""
        return asked._replace(empty=f"as for all: {said}") if said else asked

    def _bands(self, path: Path, *, of: str) -> Listed:
        bands = self.listed(
            path, asks.BAND, says="Bands: the first that holds counts", adds="Add a band", kind="band",
            names=("when",),
        )  # fmt: skip
        return bands._replace(id=f"list-{of}-bands")

    def _is_shared(self, path: Path) -> bool:
        each = (found(self.root, path[:length]) for length in range(1, len(path) + 1))
        return any(value is not None and value.shared for value in each)


def as_sent(path: Path) -> str:
    """Return a path as a page has it."""
    return json.dumps(path)


def words_of(value: Value | None) -> list[str] | None:
    """Return the words of a list in brackets, or of one; None where a line with commas cannot show them."""
    items = value.items if isinstance(value, Items) else (value,)
    if isinstance(value, Items) and not value.flow:
        return None
    words = [each.text for each in items if isinstance(each, Word) and (not each.shared or each is value)]
    return words if len(words) == len(items) and not any("," in word for word in words) else None


def _otherwise(value: Value | None, kind: type[Items] | type[Keys]) -> tuple[Elsewhere, ...]:
    """Return that something is written where a list or keys are asked for, and is none."""
    is_other = value is not None and not is_missing(value) and not isinstance(value, kind)
    return (Elsewhere("written otherwise", value.line),) if is_other and value else ()


def _said(field: Field) -> str:
    """Return a field in a few words, with what is chosen as it is called where it is chosen."""
    says, chosen = field.asked.says.lower(), dict(field.asked.options).get(field.value)
    return f"{says}: {chosen}" if chosen else f"{says} {field.value}"


def _text(value: Value | None) -> str:
    return value.text if isinstance(value, Word) else ""


def _asked_of(item: Value, path: Path) -> tuple[Asked, ...]:
    if found(item, ("silent_for",)) is not None:
        return asks.SILENCE_RULE
    is_event = path[0] == "engagement" or found(item, ("event",)) is not None
    return asks.EVENT_RULE if is_event else asks.FIT_RULE


def _gist(item: Value) -> str:
    """Return what a rule asks for, in a line."""
    silent, bands = _text(found(item, ("silent_for",))), found(item, ("points",))
    if silent:
        return f"nothing for {silent}"
    if isinstance(bands, Items):
        return f"{len(bands.items)} bands"
    events = found(item, ("event",))
    named = [_text(each) for each in events.items] if isinstance(events, Items) else [_text(events)]
    told = [", ".join(filter(None, named)), _text(found(item, ("where",))), _text(found(item, ("when",)))]
    return " · ".join(filter(None, (" ".join(each.split()) for each in told)))
