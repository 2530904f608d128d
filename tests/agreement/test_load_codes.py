"""The page of codes names every code that there is, once."""

from __future__ import annotations

import re
from pathlib import Path

from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import ConditionCode
from handraiser.edge.case_notes import CaseCode
from handraiser.flows.refusals import FlowCode
from handraiser.scoring.lint import LintCode

PAGE = Path(__file__).parents[2] / "docs" / "agreement-codes.md"


def test_every_code_is_explained_once_with_meaning_example_and_fix() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| HR\d", line)
    ]
    codes = [str(code) for kind in (Code, ConditionCode, LintCode, CaseCode, FlowCode) for code in kind]
    assert [row[0] for row in rows] == sorted(codes)
    assert all(len(row) == 4 and all(row) for row in rows)
