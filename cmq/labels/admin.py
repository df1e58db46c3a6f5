"""Labels as the technical team sees them.

Decisions are corrected by new lines, never here; periods can be derived again.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cmq.campuses.models import Campus
from cmq.core.admin import ReadOnlyAdmin
from cmq.labels.actions import rebuild_labels
from cmq.labels.models import Label, LabelDecision


@admin.register(LabelDecision)
class LabelDecisionAdmin(ReadOnlyAdmin):
    list_display = ("campus", "claimed_name", "kind", "decided_on", "category", "duration_years", "corrects")
    list_filter = ("kind", "date_nature", "category")
    list_select_related = ("campus", "corrects")
    search_fields = ("campus__name", "claimed_name", "act", "nor")


@admin.register(Label)
class LabelAdmin(ReadOnlyAdmin):
    list_display = ("campus", "category", "starts_from", "starts_by", "ends_from", "ends_by", "end_is_computed")
    list_select_related = ("campus",)
    search_fields = ("campus__name",)
    actions = ("derive_again",)

    @admin.action(description="Déduire de nouveau les périodes des campus choisis")
    def derive_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """From the standing decisions."""
        for campus in Campus.objects.filter(labels__in=queryset).distinct():
            rebuild_labels(campus)
