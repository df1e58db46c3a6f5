"""The college as the technical team sees it: what was said and counted is never mended here."""

from django.contrib import admin

from cmq.core.admin import ReadOnlyAdmin
from cmq.deliberation.models import AgendaItem, Attendance, LabelMeasure, Meeting


@admin.register(LabelMeasure)
class LabelMeasureAdmin(ReadOnlyAdmin):
    list_display = ("campus", "kind", "state", "heard_until", "proposed_at")
    list_filter = ("kind", "state")
    list_select_related = ("campus",)
    search_fields = ("campus__name",)


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    list_display = ("title", "campaign", "held_at", "state")
    list_filter = ("state",)
    list_select_related = ("campaign",)


@admin.register(Attendance)
class AttendanceAdmin(ReadOnlyAdmin):
    list_display = ("meeting", "seat", "person", "is_deputy", "arrived_at", "left_at")
    list_select_related = ("meeting", "seat__authority", "person")


# Positions are left out: the count tells them.
@admin.register(AgendaItem)
class AgendaItemAdmin(ReadOnlyAdmin):
    list_display = ("meeting", "position", "application", "measure", "concluded_at")
    list_select_related = ("meeting", "application__campus", "measure__campus")
