"""Repairs by the technical team. What the team changes here enters the change feed like any other change."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from dsfr.models import DsfrConfig

from cmq.core import retention
from cmq.core.feed import change_set, record
from cmq.core.models import Change, OutgoingMail, Source

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin


class ReadOnlyAdmin(_Admin):
    """To look at; nothing is added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


class RepairAdmin(_Admin):
    """Changed and deleted one by one, each time with a line in the change feed. Nothing is added: actions do that."""

    actions = None
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save and say so."""
        with change_set(by=request.user.pk):
            super().save_model(request, obj, form, change)
            fields = ", ".join(str(form.fields[name].label) for name in form.changed_data)
            record(obj, "core.repair", f"Réparation technique : {_named(obj)} ({fields}).")

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete and say so."""
        with change_set(by=request.user.pk):
            record(obj, "core.repair", f"Suppression technique : {_named(obj)}.")
            super().delete_model(request, obj)


def _named(obj: models.Model) -> str:
    """The object as the journal may name it for ever: by its number alone when it speaks of somebody."""
    is_personal = any(obj._meta.label_lower in line.holds for line in retention.table())
    return f"{obj._meta.verbose_name} no {obj.pk}" if is_personal else str(obj)


# The look is the settings' own; a page that changes it would write without a line in the feed.
admin.site.unregister(DsfrConfig)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("position", "at", "act", "model", "key", "summary")
    list_filter = ("act", "model")
    search_fields = ("summary", "key")
    ordering = ("-position",)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "to", "created_at", "sent_at", "attempts", "last_error")
    search_fields = ("subject", "to")


@admin.register(Source)
class SourceAdmin(RepairAdmin):
    list_display = ("title", "url", "published_on")
    search_fields = ("title", "url")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No: facts would lose where they come from."""
        return False
