"""What refers to nothing is found at the end of each test, as fast as each database allows (`tests/conftest.py`)."""

import pytest
from django.db import IntegrityError, connection, transaction

from cmq.campuses.models import Campus
from tests.factories import a_campus

pytestmark = pytest.mark.django_db


def test_a_row_that_refers_to_nothing_is_found() -> None:
    campus = a_campus()
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="region_id"), transaction.atomic():
        Campus.objects.filter(pk=campus.pk).update(region_id="XX")
        connection.check_constraints()
