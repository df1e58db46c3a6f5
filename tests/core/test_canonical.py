"""The written form of a line: whoever kept a digest of it must find the same bytes for ever."""

import pytest
from django.db import connection

from cmq.core import feed, journal
from cmq.core.canonical import digest_of, written_line
from cmq.core.models import Change, Source


def test_the_written_form_is_this_one() -> None:
    line = written_line("", 1, "2026-11-24 12:00:00", None, "a.b", "m", "k", "", "", 1, 'É « "»', 0, '{"a":[null,1]}')
    assert (
        line
        == (
            '{"previous":"","position":1,"at":"2026-11-24T12:00:00.000000Z","by":null,"act":"a.b","model":"m","key":"k",'
            '"first_key":"","last_key":"","count":1,"summary":"É « \\"»","is_private":false,"diff":{"a":[null,1]}}'
        ).encode()
    )
    later = written_line("ab", 2, "2026-11-24 12:00:00.120000", 7, "a", "m", "", "1", "2", 2, "", 1, "{}")
    assert b'{"previous":"ab","position":2,"at":"2026-11-24T12:00:00.120000Z","by":7,' in later
    assert later.endswith(b'"is_private":true,"diff":{}}')


@pytest.mark.django_db
def test_what_the_database_gives_back_is_what_was_hashed() -> None:
    """Long numbers, other signs and the order of names come back as they were, on any database."""
    with feed.change_set(by=7):
        diff = {"z": [None, 1e300], "a": {"y": 10**16, "b": '\u2028 😀 \\ "'}}
        feed.record(Source.objects.create(title="t"), "tests.add", "Ligne « é »\n", diff=diff, is_private=True)
    line = Change.objects.latest("position")
    assert line.diff == diff
    assert digest_of(journal.line_at(line.position)) == line.digest
    with connection.cursor() as cursor:
        cursor.execute("SELECT diff FROM core_change WHERE position = %s", [line.position])
        assert cursor.fetchone()[0].startswith('{"a":{"b":')
