"""Where does a row stand, and what does it look like there?

A row is known by the number of its part, of the file in it, and its own. Of text files the line is told, and
the line itself; of other files and of frames the row, from 1, and the row as JSON.
"""

from __future__ import annotations

import duckdb
import msgspec
import pyarrow as pa

from handraiser.tables.lines import Lines
from handraiser.tables.parts import Part
from handraiser.tables.quoting import literal, literals
from handraiser.tables.times import TIMES, wall_clock

__all__ = ["Origins"]


class Origins(msgspec.Struct, frozen=True):
    """Where the rows of one input are from (`facts.inputs.Origin`)."""

    con: duckdb.DuckDBPyConnection
    name: str
    parts: tuple[Part, ...]

    @property
    def place(self) -> str:
        """The file, or `<leads>` and the like for a frame and for several files."""
        return self.parts[0].place if len(self.parts) == 1 else f"<{self.name}>"

    def clocks(self) -> bool:
        """Return whether times without an offset are among the first rows of each part."""
        return any(
            wall_clock(self.con, part.relation, cell)
            for part in self.parts
            for cell in part.cells
            if cell.name.lower() in TIMES[self.name]
        )

    def locate(self, keys: str) -> str:
        """Return a table with the `place` and the text, `raw`, of rows, until it is asked for again.

        `keys` is what goes after FROM: `part`, `file` and `row`, which the table has too, each once.
        """
        con = self.con
        con.execute(f"CREATE OR REPLACE TEMP TABLE sought AS SELECT DISTINCT part, file, row FROM {keys}")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE located "
            "(part BIGINT, file BIGINT, row BIGINT, place VARCHAR, raw VARCHAR)"
        )
        for (number,) in con.execute("SELECT DISTINCT part FROM sought ORDER BY part").fetchall():
            part = self.parts[number]
            if part.lines is None:
                self._rows(number, part)
            else:
                self._lines(number, part.lines)
        return "located"

    def _rows(self, number: int, part: Part) -> None:
        file, row = part.order
        name = f"list_extract({literals(part.names)}, \"#file\" + 1) || ' '" if part.names else "''"
        # First the rows that are sought, for the text of a row takes longer to make than all the rest of it.
        self.con.execute(
            f'INSERT INTO located SELECT {number}, "#file", "#row", {name} || \'row \' || ("#row" + 1), '
            f'{part.raw} FROM (SELECT *, CAST({file} AS BIGINT) AS "#file", {row} AS "#row" '
            f"FROM {part.relation}) AS rows "
            f'WHERE ("#file", "#row") IN (SELECT file, row FROM sought WHERE part = {number})'
        )

    def _lines(self, number: int, lines: Lines) -> None:
        """Add lines of text files. A row that is not there any more is told as a row, without its text."""
        rows = self.con.execute(f"SELECT row FROM sought WHERE part = {number} ORDER BY row").fetchnumpy()
        names = literals(file.name for file in lines.files)
        for found in lines.find(rows["row"].tolist()):
            self.con.register("some_lines", pa.table(found._asdict()))
            self.con.execute(
                f"INSERT INTO located SELECT {number}, 0, row, "
                f"list_extract({names}, file + 1) || ' line ' || line, text FROM some_lines"
            )
            self.con.unregister("some_lines")
        self.con.execute(
            f"INSERT INTO located SELECT {number}, 0, row, "
            f"{literal(lines.files[0].name)} || ' row ' || (row + 1), '' FROM sought WHERE part = {number} "
            f"AND row NOT IN (SELECT row FROM located WHERE part = {number})"
        )
