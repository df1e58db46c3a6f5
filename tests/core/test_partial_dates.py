"""Dates known to the year, the month or the day."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.partial_dates import PartialDate, PartialDateFormField

days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31))
partials = days.flatmap(
    lambda day: st.sampled_from(
        [PartialDate(day.year), PartialDate(day.year, day.month), PartialDate(day.year, day.month, day.day)]
    )
)


@given(partials)
def test_iso_text_reads_back(date: PartialDate) -> None:
    assert PartialDate.parse(date.iso) == date


@given(partials)
def test_the_typed_form_reads_back(date: PartialDate) -> None:
    field = PartialDateFormField()
    assert field.clean(field.prepare_value(date)) == date


@given(partials)
def test_a_partial_date_spans_the_days_it_may_mean(date: PartialDate) -> None:
    assert date.first <= date.last
    assert date.is_full == (date.first == date.last)


@given(days, days)
def test_iso_text_sorts_as_time(one: dt.date, other: dt.date) -> None:
    assert (PartialDate.of(one).iso < PartialDate.of(other).iso) == (one < other)


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        date = PartialDate.parse(text)
    except ValueError:
        return
    assert date.first <= date.last


@pytest.mark.parametrize("text", ["2023-02-29", "31/04/2020", "2020-13", "0000", "3000", "hier", "42005", "2020-2-1"])
def test_what_is_no_date_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValidationError, match="Donnez une date"):
        PartialDateFormField().clean(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("2017", "2017"), ("02/2017", "février 2017"), ("1/2/2017", "1er février 2017")]
)
def test_dates_read_as_french(text: str, shown: str) -> None:
    assert str(PartialDate.parse(text)) == shown
