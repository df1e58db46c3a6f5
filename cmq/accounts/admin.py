"""Repairs of people by the technical team."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from cmq.accounts.actions import end_sessions
from cmq.accounts.models import User
from cmq.core.admin import RepairAdmin

_LETTERS = {Authenticator.Type.TOTP: "totp_deactivated", Authenticator.Type.WEBAUTHN: "webauthn_removed"}

# One log-in page for everyone: it limits the attempts, which Django's own does not.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Équipe technique"


# Libraries' own pages write without a line in the journal: an address added there would open an account to its holder.
for each in (EmailAddress, UserSession, Group, Authenticator):
    admin.site.unregister(each)


@admin.register(Authenticator)
class AuthenticatorAdmin(RepairAdmin):
    """Factors are taken away from whoever has lost them all; nobody adds one for another, nor reads what it holds."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    fields = list_display

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, say so in the journal and by letter, log the person out; codes that stand for nothing go too."""
        super().delete_model(request, obj)
        of_person = Authenticator.objects.filter(user=obj.user_id)
        if not of_person.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            of_person.delete()
        end_sessions(obj.user)
        if obj.type in _LETTERS:
            get_adapter(request).send_notification_mail(f"mfa/email/{_LETTERS[obj.type]}", obj.user)


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
