"""Files and frames in, facts out; results out as files. What could not be used is kept."""

from handraiser.tables.duplicates import without_duplicates
from handraiser.tables.opening import open_inputs
from handraiser.tables.reading import reading
from handraiser.tables.refusals import UNKNOWN_LEAD, event_rejects, write_rejects
from handraiser.tables.writing import check_folder, check_writable, write_table, write_text

__all__ = [
    "UNKNOWN_LEAD",
    "check_folder",
    "check_writable",
    "event_rejects",
    "open_inputs",
    "reading",
    "without_duplicates",
    "write_rejects",
    "write_table",
    "write_text",
]
