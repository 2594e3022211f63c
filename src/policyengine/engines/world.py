"""What time is counted by."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.values.calendar import Calendar


class World(Frozen):
    """What time is counted by: the zone, and the business days."""

    zone: ZoneInfo
    calendar: Calendar
