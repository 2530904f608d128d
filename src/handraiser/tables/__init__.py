"""Files and frames in, facts out; results out as files. What could not be used is kept."""

from handraiser.tables.opening import open_inputs
from handraiser.tables.refusals import event_rejects

__all__ = ["event_rejects", "open_inputs"]
