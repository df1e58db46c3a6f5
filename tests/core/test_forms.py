"""The fields of this floor, with what no browser sends."""

import pytest
from django.core.exceptions import ValidationError

from cmq.core.forms import RowsField
from cmq.reference.models import Filiere


@pytest.mark.parametrize("key", ["9" * 30, "-" + "9" * 30, "99999999999", "deux", "1.5", "²", ""])
def test_a_key_that_no_row_can_have_is_refused(db: None, key: str) -> None:
    field = RowsField(queryset=Filiere.objects.all(), required=False)
    with pytest.raises(ValidationError):
        field.clean([key])


def test_keys_become_rows(db: None) -> None:
    first, second = Filiere.objects.order_by("pk")[:2]
    field = RowsField(queryset=Filiere.objects.all(), required=False)
    assert list(field.clean([str(first.pk), str(second.pk)]).order_by("pk")) == [first, second]
    assert not field.clean([])
