"""Does an agreement still decide the users' own cases as they want it to? (`handraiser test`)"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console

from handraiser.agreement.model import Agreement
from handraiser.edge.case_files import INPUTS, Agreements, Case, CaseFile, Given, read_cases
from handraiser.edge.case_notes import CaseCode, CaseNotes, nearest
from handraiser.edge.case_values import Expected, Value
from handraiser.edge.case_words import doubtful_words
from handraiser.edge.cases_found import files_of_cases, is_file_of_cases
from handraiser.edge.diagnostics import render_diagnostics
from handraiser.edge.library import instant
from handraiser.errors import Diagnostic, Mistakes, Place, many
from handraiser.facts.inputs import Inputs
from handraiser.scoring.explain import moment
from handraiser.scoring.match import match
from handraiser.scoring.score import prepare, score_table
from handraiser.scoring.stream import processors
from handraiser.tables import open_inputs

__all__ = ["CaseResult", "WrongAnswer", "print_results", "run_cases"]


class WrongAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is not what the case expects."""

    at: Place
    lead: str
    column: str
    expected: Value
    got: Value


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one case, or of a file that could not be run (then `case` is empty)."""

    file: str
    case: str
    wrong: tuple[WrongAnswer, ...] = ()
    mistakes: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.wrong and not self.mistakes


def run_cases(given: Path) -> list[CaseResult]:
    """Return what came of every case in the files `*.cases.yaml` of a folder and below it, or in one of them.

    A file in which something is wrong is one result with its mistakes; the others are run all the same.
    """
    notes = CaseNotes()
    agreements = Agreements()
    files = [read_cases(path, agreements) for path in files_of_cases(given, notes)]
    if not files:
        return [CaseResult(file=str(given), case="", mistakes=tuple(notes.diagnostics))]
    with ThreadPoolExecutor(processors()) as pool:  # most of a case is waiting for its own DuckDB
        running = [[pool.submit(_run, file, *each) for each in _cases(file)] for file in files]
        return [
            result
            for file, cases in zip(files, running, strict=True)
            for result in _results(file, [case.result() for case in cases])
        ]


def _cases(file: CaseFile) -> list[tuple[Agreement, Case]]:
    return [] if file.agreement is None else [(file.agreement, case) for case in file.cases]


def _results(file: CaseFile, run: list[CaseResult]) -> list[CaseResult]:
    return run or [CaseResult(file=str(file.path), case="", mistakes=file.mistakes)]


def _run(file: CaseFile, agreement: Agreement, case: Case) -> CaseResult:
    notes = CaseNotes()
    wrong: list[WrongAnswer] = []
    try:
        table = _scored(agreement, case, notes)
    except Mistakes as mistakes:
        notes.diagnostics += [_at_home(each, case) for each in mistakes.diagnostics]
    else:
        wrong = _compared(case, table, notes)
    found = tuple(sorted(dict.fromkeys(notes.diagnostics), key=lambda each: each.at))
    warnings = tuple(doubtful_words(agreement, case))
    return CaseResult(
        file=str(file.path), case=case.name, wrong=tuple(wrong), mistakes=found, warnings=warnings
    )


def _scored(agreement: Agreement, case: Case, notes: CaseNotes) -> dict[str, dict[str, Value]]:
    """Return the row of every lead as `score --points` gives it, `mql_at` in microseconds."""
    given = {name: _data(case.inputs.get(name), needed=name in ("leads", "events")) for name in INPUTS}
    inputs = open_inputs(
        leads=given["leads"],
        companies=given["companies"],
        events=given["events"],
        outcomes=given["outcomes"],
        threads=1,
    )
    try:
        matched = match(agreement, inputs, threads=1)
        refused = {each.input for each in inputs.rejects} | ({"events"} if matched.tally.unusable else set())
        for name in refused & case.inputs.keys():
            _note_refused(inputs, name, case.inputs[name], notes)
        table = score_table(prepare(agreement, matched), case.instant, points=True, threads=1)
    finally:
        inputs.con.close()
    return {row["lead_id"]: row for row in table.to_pylist()}


def _data(given: Given | None, *, needed: bool) -> object:
    if given is None:
        return [] if needed else None
    return given.path if given.path is not None else list(given.rows)


def _at_home(diagnostic: Diagnostic, case: Case) -> Diagnostic:
    """A mistake in an input, placed where the case names that input."""
    for name, given in case.inputs.items():
        if diagnostic.at.file in (f"<{name}>", given.path):
            return msgspec.structs.replace(diagnostic, at=given.at)
    return diagnostic


def _note_refused(inputs: Inputs, name: str, given: Given, notes: CaseNotes) -> None:
    """Rows written in the case that cannot be used are mistakes; files may be as dirty as they like."""
    if given.path is not None:
        return
    query = f"SELECT row, reason FROM {inputs.refused[name].relation} WHERE NOT used"
    for row, reason in inputs.con.execute(query).fetchall():
        at = given.written[row].at
        says = f"This row of `{name}` cannot be used: {reason}."
        notes.add(CaseCode.REFUSED_ROW, at, says, "Mend it, or take it away.")


def _compared(case: Case, table: dict[str, dict[str, Value]], notes: CaseNotes) -> list[WrongAnswer]:
    wrong = []
    for expected in case.expected:
        if expected.lead not in table:
            near = nearest(expected.lead, table)
            fix = f"Did you mean `{near}`?" if near else "Write the lead_id of a lead that the case has."
            says = f"There is no lead `{expected.lead}` in this case."
            notes.add(CaseCode.NO_SUCH_LEAD, expected.lead_at, says, fix)
            continue
        got = _plain(table[expected.lead][expected.column])
        if not _same(got, expected):
            wrong.append(
                WrongAnswer(
                    at=expected.at,
                    lead=expected.lead,
                    column=expected.column,
                    expected=expected.value,
                    got=got,
                )
            )
    return wrong


def _plain(value: object) -> Value:
    if isinstance(value, datetime):
        return instant(value)
    return value if isinstance(value, float | str | bool) else None


def _same(got: Value, expected: Expected) -> bool:
    if isinstance(got, float) and isinstance(expected.value, float):
        return round(got, 6) == round(expected.value, 6)
    return got == expected.value


# ---- what is printed


def print_results(results: Sequence[CaseResult], console: Console) -> bool:
    """Print what went wrong and how many cases passed; whether all of them did."""
    for result in results:
        for wrong in result.wrong:
            console.print(_line(result, wrong), markup=False)
    # What stands at the top of a file is so in every case, and is told of once.
    told = list(dict.fromkeys(each for result in results for each in (*result.mistakes, *result.warnings)))
    if told:
        texts = {each.at.file: _text(Path(each.at.file)) for each in told}
        console.print(render_diagnostics(told, source_text=texts), markup=False)
    if any(is_file_of_cases(result.file) for result in results):
        console.print(_summary(results), markup=False)
    return all(result.passed for result in results)


def _line(result: CaseResult, wrong: WrongAnswer) -> str:
    got, expected = (_said(value, wrong.column) for value in (wrong.got, wrong.expected))
    return f"{wrong.at}: {result.case}: {wrong.column} of {wrong.lead} is {got}, expected {expected}."


def _said(value: Value, column: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if column == "mql_at":
        at = moment(int(value))
        return at.isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _summary(results: Sequence[CaseResult]) -> str:
    run = [result for result in results if result.case or not result.mistakes]
    failed = sum(not result.passed for result in run)
    files = {result.file for result in run}
    told = f"{many(len(run), 'case')} in {many(len(files), 'file')}: "
    told += f"{len(run) - failed:,} passed, {failed:,} failed."
    unread = {result.file for result in results} - files
    return f"{told} {many(len(unread), 'file')} could not be run." if unread else told


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
