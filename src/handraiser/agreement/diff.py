"""What has changed between two agreements, and does it make more leads MQLs, or fewer?

    for change in diff(load("agreement.yaml"), load("next.yaml")):
        print(change.effect, change.says, change.why)

Nothing is scored for it: an effect other than `depends` holds for whatever data there may be, and what
cannot be seen from the two texts alone is called `depends`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from handraiser.agreement.comparing.change import WORDS, About, Change, Draft, Effect, Verdict
from handraiser.agreement.comparing.hits import calendar_drafts
from handraiser.agreement.comparing.limits import group_drafts, limit_drafts
from handraiser.agreement.comparing.lists import list_drafts
from handraiser.agreement.comparing.matching import pairs_of
from handraiser.agreement.comparing.places import Places, Steps
from handraiser.agreement.comparing.promises import handoff_drafts, target_drafts
from handraiser.agreement.comparing.qualify import grade_drafts, qualify_drafts
from handraiser.agreement.comparing.recycling import recycle_drafts
from handraiser.agreement.comparing.rules import rule_drafts
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import quoted
from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, joined

__all__ = ["About", "Change", "Effect", "balance", "diff"]

_COUNTS = ("", "", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
# Keys that a section gives to rules that do not say it themselves.
_DEFAULTS = ("within", "decay")


def diff(old: Agreement, new: Agreement) -> list[Change]:
    """The changes from one agreement to the other, in the order of the text; none where both say the same."""
    scene = Scene(old, new)
    places = Places(old), Places(new)
    changes = [_change(together, places) for together in _together(_drafts(scene))]
    return changes or list(_layout(old, new, places))


def balance(changes: Iterable[Change]) -> Effect:
    """What all changes together do to who becomes an MQL: `depends` where they pull both ways."""
    effects = {change.effect for change in changes if change.about is About.LEADS} - {Effect.NEUTRAL}
    if not effects:
        return Effect.NEUTRAL
    return effects.pop() if len(effects) == 1 else Effect.DEPENDS


def _drafts(scene: Scene) -> Iterator[Draft]:
    pairs = pairs_of(scene.old, scene.new, scene.names)
    yield from _head(scene)
    yield from calendar_drafts(scene)
    yield from list_drafts(scene)
    yield from target_drafts(scene)
    yield from rule_drafts(scene, pairs)
    yield from group_drafts(scene, pairs)
    yield from limit_drafts(scene)
    yield from grade_drafts(scene)
    yield from qualify_drafts(scene)
    yield from handoff_drafts(scene)
    yield from recycle_drafts(scene)


def _head(scene: Scene) -> Iterator[Draft]:
    """The name of the agreement, its title and its currency."""
    old, new = scene.old, scene.new
    if old.name != new.name:
        why = "What sales said under one name closes or opens no lead under the other."
        says = f"The agreement is called {quoted(new.name)}, not {quoted(old.name)}."
        yield _top("agreement", Verdict(Effect.DEPENDS, why), says)
    if old.title != new.title:
        is_ = (
            f"The agreement's title is {quoted(new.title)}"
            if new.title
            else "The agreement has no title any more"
        )
        was = f", not {quoted(old.title)}." if old.title else "."
        yield _top("title", WORDS, is_ + was)
    if old.currency != new.currency:
        was, is_ = old.currency or "none", new.currency or "none"
        verdict = Verdict(Effect.NEUTRAL, "No points and no promises depend on it.", About.SALES)
        yield _top("currency", verdict, f"The currency is {is_}, not {was}.")


def _top(key: str, verdict: Verdict, says: str) -> Draft:
    return Draft(where=key, verdict=verdict, alone=says, old_path=(key,), new_path=(key,))


def _layout(old: Agreement, new: Agreement, places: tuple[Places, Places]) -> Iterator[Change]:
    """What is left where nothing has changed but the text."""
    if old.source != new.source:
        says = "Only comments, the layout or the order of keys differ."
        yield _change(
            [_top("comments", Verdict(Effect.NEUTRAL, "They decide nothing.", About.WORDS), says)], places
        )


# ---- one sentence of several rules


def _together(drafts: Iterable[Draft]) -> Iterator[Sequence[Draft]]:
    """The drafts; those of which the same is said stand together, where the first of them stood."""
    found: dict[object, list[Draft]] = {}
    for number, draft in enumerate(drafts):
        key = number if draft.alone or not draft.many else (draft.one, draft.verdict)
        found.setdefault(key, []).append(draft)
    yield from found.values()


def _change(together: Sequence[Draft], places: tuple[Places, Places]) -> Change:
    first = together[0]
    names = [draft.where.removeprefix("rule ") for draft in together]
    old, new = places
    old_path, new_path = first.old_path, first.new_path
    if len(together) > 1 and old_path is not None and new_path is not None:
        old_path, new_path = _of_several(old_path, old), _of_several(new_path, new)
    return Change(
        where=first.where if len(together) == 1 else f"rules {', '.join(names)}",
        says=_sentence(together),
        effect=first.verdict.effect,
        why=first.verdict.why,
        about=first.verdict.about,
        old_at=None if old_path is None else old.of(old_path),
        new_at=None if new_path is None else new.of(new_path),
    )


def _of_several(path: Steps, places: Places) -> Steps:
    """Where several rules say the same: in their section, if that says it for them."""
    section, key = path[0], path[-1]
    default = (section, key)
    return default if key in _DEFAULTS and places.has(default) and not places.has(path) else path


def _sentence(together: Sequence[Draft]) -> str:
    first = together[0]
    if first.alone:
        return first.alone
    if len(together) == 1:
        return f"{capital(first.name)} {first.one}."
    count = _COUNTS[len(together)] if len(together) < len(_COUNTS) else str(len(together))
    return f"{count} rules {first.many}: {joined([draft.name for draft in together], 'and')}."
