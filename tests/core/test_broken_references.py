"""What refers to nothing is found at the end of each test, without a look at all the reference data."""

import pytest
from django.db import connection

from cmq.campuses.models import Campus
from tests.conftest import BROKEN_REFERENCES
from tests.factories import a_campus


def broken() -> list[str]:
    with connection.cursor() as cursor:
        return [row[0] for row in cursor.execute(BROKEN_REFERENCES)]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL looks at what was written alone, by itself")
def test_a_row_that_refers_to_nothing_is_found() -> None:
    campus = a_campus()
    assert broken() == []
    Campus.objects.filter(pk=campus.pk).update(region_id="XX")
    assert broken() == ["campuses_campus"]
    Campus.objects.filter(pk=campus.pk).update(region_id=campus.region_id)
