"""Does the page on data say what the code knows?"""

from __future__ import annotations

import re
from pathlib import Path

from handraiser.tables.mistakes import DataCode

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


def test_every_code_is_explained_once_and_no_other():
    assert re.findall(r"^\| (HR\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == [*DataCode]
