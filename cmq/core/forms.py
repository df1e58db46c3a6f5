"""Form fields that read what people type, and refuse what no row can be."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class NumberField(forms.CharField):
    """Text in, `Decimal` (or None when empty) out, as people write it here: « 1 234,50 € », « 1234.5 »."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=24, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Shown again with a comma."""
        return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        """The typed text as a `Decimal`; ValidationError in French."""
        text = super().clean(value)
        plain = "".join(str(text or "").split()).replace(",", ".").removesuffix("€").removesuffix("%")
        if not plain:
            return None
        try:
            number = Decimal(plain)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not set(plain) <= set("0123456789.-"):
            raise ValidationError("Écrivez un nombre : 1 234,50.")
        return number


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows of a QuerySet, by key. A key that no row can have is refused as one that none has: the library
    looks them up all at once, and no database takes a number larger than its own."""

    def clean(self, value: Any) -> Any:
        """The keys as rows; ValidationError in French."""
        assert self.queryset is not None
        key = self.queryset.model._meta.pk
        for each in value or ():
            try:
                key.run_validators(key.to_python(each))
            except ValidationError as error:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": each}) from error
        return super().clean(value)
