"""Repairs of people by the technical team."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from cmq.accounts.models import User
from cmq.core.admin import RepairAdmin

# One log-in page for everyone: it limits the attempts, which Django's own does not.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Équipe technique"


@admin.register(User)
class UserAdmin(RepairAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "is_demo", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_demo")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "is_demo", "date_joined", "last_login")
    readonly_fields = ("email", "is_demo", "date_joined", "last_login")
    ordering = ("email",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No: an account is closed, and what it did keeps its author."""
        return False
