"""The arithmetic of anniversaries."""

import datetime as dt

from cmq.core.partial_dates import PartialDate


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day `months` later (earlier when negative), or the last of a shorter month."""
    month = day.month - 1 + months
    first = dt.date(day.year + month // 12, month % 12 + 1, 1)
    last = PartialDate(first.year, first.month).last.day
    return first.replace(day=min(day.day, last))
