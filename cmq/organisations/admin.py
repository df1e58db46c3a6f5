"""Repairs of organisations by the technical team; roles are given and ended by their actions."""

from django.contrib import admin

from cmq.core.admin import ReadOnlyAdmin, RepairAdmin
from cmq.organisations.models import Organisation, OrganisationMembership


@admin.register(Organisation)
class OrganisationAdmin(RepairAdmin):
    list_display = ("name", "kind", "uai", "siret", "commune", "keeps_register", "is_demo")
    list_filter = ("kind", "keeps_register", "is_demo")
    list_select_related = ("commune",)
    search_fields = ("name", "folded_name", "uai", "siret")
    autocomplete_fields = ()
    raw_id_fields = ("commune",)
    readonly_fields = ("is_demo",)


@admin.register(OrganisationMembership)
class OrganisationMembershipAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "role", "person", "invited_email", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("organisation", "person")
    search_fields = ("organisation__name", "invited_email", "person__email")
    exclude = ("token_digest",)
