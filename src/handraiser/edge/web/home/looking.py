"""What does somebody look at: of which agreements, how far back, and whose?"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from handraiser.edge.web.home.periods import PERIODS, day_began, zone_of
from handraiser.flows.live import Live, live_now
from handraiser.store.funnel import Cohort
from handraiser.store.models import User

__all__ = ["Looking", "looking"]


class Looking(NamedTuple):
    """What is looked at.

    live       the agreements that decide now
    agreement  the name of the one that was chosen, empty for all
    days       how far back
    owner      whose alone; None: everybody's. Of sales each sees how they do themselves
    """

    user: User
    now: int
    live: tuple[Live, ...]
    agreement: str
    days: int
    owner: int | None

    @property
    def zone(self) -> ZoneInfo:
        """By whose clock days begin."""
        return zone_of(self.user)

    @property
    def names(self) -> list[str]:
        """The agreements that are meant, by their names."""
        return [self.agreement] if self.agreement else [one.agreement.name for one in self.live]

    @property
    def chosen(self) -> list[Live]:
        """The agreements that are meant."""
        return [one for one in self.live if self.agreement in ("", one.agreement.name)]

    @property
    def since(self) -> int:
        """When the period began."""
        return day_began(self.now, self.zone, days_ago=self.days)

    def cohort(self, since: int | None = None) -> Cohort:
        """Return the episodes of the period, or since another instant."""
        return Cohort(self.names, self.since if since is None else since, self.now, self.owner)


def looking(request: HttpRequest, user: User, *, now: int) -> Looking:
    """Return what a request is to be shown; what cannot be chosen is passed over."""
    live = tuple(one for one in live_now(now) if not one.shadow)
    asked = request.GET.get("agreement", "")
    agreement = asked if asked in {one.agreement.name for one in live} else ""
    days = next((each for each in PERIODS if str(each) == request.GET.get("days")), PERIODS[0])
    return Looking(user, now, live, agreement, days, user.pk if user.role == User.Role.SALES else None)
