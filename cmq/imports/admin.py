"""Imports as the technical team sees them."""

from django.contrib import admin

from cmq.core.admin import ReadOnlyAdmin
from cmq.imports.models import RegisterImport


@admin.register(RegisterImport)
class RegisterImportAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "uploaded_at", "uploaded_by", "applied_at")
    list_filter = ("state",)
    list_select_related = ("uploaded_by",)
    exclude = ("content",)
