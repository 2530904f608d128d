"""What do some leads share that others do not, and how would an agreement say it?

found = shared(examples, others)
for finding in found.findings:
    print(finding.condition.says, finding.chance)
"""

from handraiser.learning.shared.cases import Case, Did, Event, Lead, Row, as_of
from handraiser.learning.shared.conditions import Condition
from handraiser.learning.shared.finding import Finding, Found, shared
from handraiser.learning.shared.writing import item_of, named, points_of

__all__ = [
    "Case", "Condition", "Did", "Event", "Finding", "Found", "Lead", "Row", "as_of", "item_of", "named",
    "points_of", "shared",
]  # fmt: skip
