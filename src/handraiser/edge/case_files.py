"""What do the users' own cases say: which agreement, which facts, which instant, and what must come out?

One file of cases, `*.cases.yaml`:

    agreement: mql.yaml                   # beside this file
    at: 2026-03-31T12:00:00Z              # a case may have its own
    leads:                                # a case may have its own, too; or a path: leads.csv
      - {lead_id: ann, country: US}
    cases:
      - case: A demo request makes an MQL
        events:
          - {lead_id: ann, event: Demo Requested, occurred_at: 2026-03-30T09:00:00Z}
        expect:                           # columns of `handraiser score --points --out`
          - {lead_id: ann, qualified: true, mql_at: 2026-03-30T09:00:00Z}

A file is run when nothing is wrong with it; all that is wrong is said at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar
from handraiser.edge.case_notes import CaseCode, CaseNotes, nearest
from handraiser.edge.case_values import Expected, expected_value, plain, read_tree
from handraiser.edge.library import instant
from handraiser.errors import Diagnostic, Mistakes, Place, Unavailable

__all__ = ["INPUTS", "Agreements", "Case", "CaseFile", "Given", "read_cases"]

INPUTS = ("leads", "companies", "events", "outcomes")
_FILE_KEYS = ("agreement", "at", *INPUTS, "cases")
_CASE_KEYS = ("case", "at", *INPUTS, "expect")
_COLUMNS = ("score", "fit", "engagement", "grade", "qualified", "mql_at")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One input of a case: rows, each also as it is written, or a path."""

    rows: tuple[dict[str, object], ...] = ()
    written: tuple[Mapping, ...] = ()
    path: str | None = None
    at: Place = Place()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case: what is given, when is asked (microseconds), what must come out."""

    name: str
    at: Place
    instant: int
    inputs: dict[str, Given]
    expected: tuple[Expected, ...]


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of one file, with their agreement. Where there are mistakes, it holds no cases."""

    path: Path
    agreement: Agreement | None = None
    cases: tuple[Case, ...] = ()
    mistakes: tuple[Diagnostic, ...] = ()


class Agreements:
    """Agreements by their files, each loaded once."""

    def __init__(self) -> None:
        self._known: dict[Path, Agreement | tuple[Diagnostic, ...]] = {}

    def load(self, path: Path) -> Agreement | tuple[Diagnostic, ...]:
        """Return the agreement, or what is wrong with it."""
        key = path.resolve()
        if key not in self._known:
            try:
                self._known[key] = load(path)
            except Mistakes as mistakes:
                self._known[key] = mistakes.diagnostics
        return self._known[key]


def read_cases(path: Path, agreements: Agreements) -> CaseFile:
    """Return the cases of a file, or all that is wrong with them."""
    notes = CaseNotes()
    root = read_tree(path, notes)
    reader = _Reader(path, agreements, notes)
    cases = reader.cases(root) if root is not None else ()
    if notes.diagnostics:
        wrong = sorted(dict.fromkeys(notes.diagnostics), key=lambda each: each.at)
        return CaseFile(path=path, mistakes=tuple(wrong))
    return CaseFile(path=path, agreement=reader.agreement, cases=cases)


class _Reader:
    """Reads one file; what is wrong goes to the notes and is left out."""

    def __init__(self, path: Path, agreements: Agreements, notes: CaseNotes) -> None:
        self.path, self.agreements, self.notes = path, agreements, notes
        self.agreement: Agreement | None = None

    def cases(self, root: Mapping) -> tuple[Case, ...]:
        keys = self.notes.keys(root, _FILE_KEYS, needed=("agreement", "cases"), what="A file of cases")
        if "agreement" in keys:
            self.agreement = self._agreement(keys["agreement"])
        shared = self._inputs(keys)
        asked = self._instant(keys.get("at"))
        found = self.notes.items(keys["cases"], "cases") if "cases" in keys else ()
        if "cases" in keys and not found:
            at = keys["cases"].at
            self.notes.add(CaseCode.NO_CASES, at, "There is no case.", "Write `- case:` under it.")
        read = [self._case(each, shared, asked, own_at="at" in keys) for each in found]
        return tuple(case for case in read if case is not None)

    def _case(self, node: Node, shared: dict[str, Given], asked: int | None, *, own_at: bool) -> Case | None:
        if not isinstance(node, Mapping):
            self.notes.wrong_kind(node.at, "A case is keys with values.", "Write `- case: what it shows`.")
            return None
        keys = self.notes.keys(node, _CASE_KEYS, needed=("case", "expect"), what="A case")
        inputs = shared | self._inputs(keys)
        if "at" not in keys and not own_at:
            self.notes.missing("at", node, "Neither the case nor the file says `at` which instant to ask.")
        if "leads" not in inputs:
            self.notes.missing("leads", node, "The case has no leads.")
        name = keys.get("case")
        return Case(
            name=name.text if isinstance(name, Scalar) else "",
            at=node.at,
            instant=(self._instant(keys.get("at")) if "at" in keys else asked) or 0,
            inputs=inputs,
            expected=self._expected(keys.get("expect")),
        )

    # ---- the agreement

    def _agreement(self, node: Node) -> Agreement | None:
        if not isinstance(node, Scalar):
            self.notes.wrong_kind(
                node.at, "`agreement` is one file.", "Write its path, as seen from this file."
            )
            return None
        path = self.path.parent / node.text
        if not path.is_file():
            near = _file_near(path)
            fix = f"Did you mean `{near}`?" if near else "Write its path as seen from this file."
            self.notes.add(CaseCode.NO_AGREEMENT, node.at, _missing(node.text), fix)
            return None
        try:
            found = self.agreements.load(path)
        except Unavailable as failure:
            says = f"The agreement `{node.text}` cannot be read."
            self.notes.add(CaseCode.NO_AGREEMENT, node.at, says, str(failure))
            return None
        if isinstance(found, tuple):
            self.notes.diagnostics += found
            return None
        return found

    # ---- what is given

    def _inputs(self, keys: dict[str, Node]) -> dict[str, Given]:
        return {name: self._given(keys[name], name) for name in INPUTS if name in keys}

    def _given(self, node: Node, name: str) -> Given:
        if isinstance(node, Scalar):
            if node.text:
                return Given(path=str(self.path.parent / node.text), at=node.at)
            self.notes.wrong_kind(
                node.at, f"`{name}` is empty.", f"Write rows or a path; `{name}: []` for none."
            )
            return Given(at=node.at)
        rows, written = [], []
        for each in self.notes.items(node, name):
            if isinstance(each, Mapping):
                self.notes.once(each)
                rows.append({key.text: plain(value, key.text) for key, value in each.entries})
                written.append(each)
            else:
                fix = "Write `- {lead_id: ann}`."
                self.notes.wrong_kind(each.at, f"A row of `{name}` is columns with values.", fix)
        return Given(rows=tuple(rows), written=tuple(written), at=node.at)

    def _instant(self, node: Node | None) -> int | None:
        if node is None:
            return None
        if isinstance(node, Scalar):
            try:
                return instant(node.text)
            except Mistakes as mistakes:
                wrong = mistakes.diagnostics[0]
                self.notes.add(CaseCode.BAD_INSTANT, node.at, wrong.says, wrong.fix)
                return None
        fix = "Write `at: 2026-06-30T12:00:00Z`."
        self.notes.wrong_kind(node.at, "`at` is one instant.", fix)
        return None

    # ---- what is expected

    def _expected(self, node: Node | None) -> tuple[Expected, ...]:
        if node is None:
            return ()
        found = [one for each in self.notes.items(node, "expect") for one in self._row(each)]
        if isinstance(node, Listing) and not node.items:
            fix = "Write `- {lead_id: ann, qualified: true}`."
            self.notes.add(CaseCode.MISSING_KEY, node.at, "The case expects nothing.", fix)
        return tuple(found)

    def _row(self, node: Node) -> Sequence[Expected]:
        fix = "Write `- {lead_id: ann, qualified: true}`."
        if not isinstance(node, Mapping):
            self.notes.wrong_kind(node.at, "What is expected is columns with values.", fix)
            return ()
        self.notes.once(node)
        keys = {key.text: value for key, value in node.entries}
        lead = keys.get("lead_id")
        if not isinstance(lead, Scalar):
            says = "It does not say of which lead this is expected."
            self.notes.add(CaseCode.MISSING_KEY, node.at, says, fix)
            return ()
        said = [(key, value) for key, value in node.entries if key.text != "lead_id"]
        if not said:
            says = f"Nothing is expected of {lead.text}."
            self.notes.add(CaseCode.MISSING_KEY, node.at, says, "Write some columns.")
        read = [self._one(lead, key, value) for key, value in said]
        return [one for one in read if one is not None]

    def _one(self, lead: Scalar, key: Scalar, value: Node) -> Expected | None:
        columns = self._columns()
        if key.text not in columns and not (self.agreement is None and key.text.startswith("points_")):
            near = nearest(key.text, columns)
            fix = f"Did you mean `{near}`?" if near else f"The columns are {', '.join(columns)}."
            says = f"A score has no column `{key.text}`."
            self.notes.add(CaseCode.UNKNOWN_COLUMN, key.at, says, fix)
            return None
        return expected_value(lead, key, value, self.notes)

    def _columns(self) -> tuple[str, ...]:
        if self.agreement is None:
            return _COLUMNS
        rules = (*self.agreement.fit.rules, *self.agreement.engagement.rules)
        return (*_COLUMNS, *(f"points_{rule.name}" for rule in rules))


def _missing(name: str) -> str:
    return f"There is no file `{name}` as seen from here."


def _file_near(path: Path) -> str | None:
    """Return the file of that folder that was probably meant."""
    if not path.parent.is_dir():
        return None
    return nearest(path.name, [each.name for each in path.parent.glob("*.yaml")])
