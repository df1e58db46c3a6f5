"""Repairs of campuses by the technical team.

A campus's own columns follow its facts, and facts are stated and withdrawn by actions: both are only looked at here.
What an action cannot take back (a name, a place, a member, a link entered by mistake) can be deleted.
"""

from django.contrib import admin

from cmq.campuses.models import (
    Campus,
    CampusArea,
    CampusFact,
    CampusLink,
    CampusMembership,
    CampusName,
    ErrorReport,
    Partnership,
)
from cmq.core.admin import ReadOnlyAdmin, RepairAdmin


@admin.register(Campus)
class CampusAdmin(RepairAdmin):
    list_display = ("name", "region", "filiere", "category", "is_demo")
    list_filter = ("region", "category", "is_demo")
    list_select_related = ("region", "filiere")
    search_fields = ("name", "acronym", "slug")
    fields = ("slug", "name", "region", "filiere", "category", "website", "reliability", "is_demo")
    readonly_fields = ("name", "filiere", "category", "website", "is_demo")


@admin.register(CampusFact)
class CampusFactAdmin(ReadOnlyAdmin):
    list_display = ("campus", "field", "value", "observed_on", "reliability", "is_preferred", "withdrawn_at")
    list_filter = ("field", "is_deduced", "reliability")
    list_select_related = ("campus",)
    search_fields = ("campus__name", "value")


@admin.register(CampusName, CampusArea, Partnership, CampusLink)
class StatementAdmin(RepairAdmin):
    list_display = ("__str__", "observed_on", "reliability")
    raw_id_fields = ("sources",)

    def get_readonly_fields(self, request: object, obj: object = None) -> list[str]:
        """Only the note and the reliability are mended; the statement itself is deleted and stated again."""
        mended = ("note", "reliability", "observed_on")
        return [field.name for field in self.model._meta.get_fields() if field.concrete and field.name not in mended]


@admin.register(CampusMembership)
class CampusMembershipAdmin(ReadOnlyAdmin):
    list_display = ("campus", "role", "person", "invited_email", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("campus", "person")
    search_fields = ("campus__name", "invited_email", "person__email")
    exclude = ("token_digest",)


@admin.register(ErrorReport)
class ErrorReportAdmin(ReadOnlyAdmin):
    list_display = ("campus", "at", "message", "handled_at")
    list_filter = ("handled_at",)
    list_select_related = ("campus",)
