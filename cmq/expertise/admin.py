"""Expertises as the technical team sees them: every change goes through an action, which tells whom it concerns."""

from django.contrib import admin

from cmq.core.admin import ReadOnlyAdmin, RepairAdmin
from cmq.expertise.models import Assignment, DeclaredConflict, Expert


@admin.register(Expert)
class ExpertAdmin(RepairAdmin):
    list_display = ("person", "side", "employer", "region", "most_files", "is_available")
    list_filter = ("side", "is_available")
    list_select_related = ("person", "employer", "region")
    search_fields = ("person__name", "person__email")
    raw_id_fields = ("employer",)
    readonly_fields = ("person",)


@admin.register(DeclaredConflict)
class DeclaredConflictAdmin(ReadOnlyAdmin):
    list_display = ("expert", "campus", "reason", "declared_at")
    list_select_related = ("expert__person", "campus")


# Marks are left out: they are blind until handed in, for the technical team too.
@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("application", "round", "state", "due_on", "handed_in_at")
    list_filter = ("state", "round")
    list_select_related = ("application__campus",)
    search_fields = ("application__reference",)
    fields = ("application", "round", "state", "due_on", "assigned_at", "handed_in_at")
