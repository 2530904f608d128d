"""Files and frames in, facts out; results out as files. What could not be used is kept."""

from handraiser.tables.duplicates import without_duplicates
from handraiser.tables.keeping import write_rejects
from handraiser.tables.opening import open_inputs
from handraiser.tables.ownership import rejects_of_lead
from handraiser.tables.reading import reading
from handraiser.tables.refusals import event_rejects
from handraiser.tables.strangers import LOST_LEAD, UNKNOWN_LEAD, lead_refused, unknown_leads
from handraiser.tables.writing import check_folder, check_writable, write_table, write_text

__all__ = [
    "LOST_LEAD",
    "UNKNOWN_LEAD",
    "check_folder",
    "check_writable",
    "event_rejects",
    "lead_refused",
    "open_inputs",
    "reading",
    "rejects_of_lead",
    "unknown_leads",
    "without_duplicates",
    "write_rejects",
    "write_table",
    "write_text",
]
