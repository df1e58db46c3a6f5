"""The reference data as the technical team sees them: they change with the product, not here."""

from django.contrib import admin

from cmq.core.admin import ReadOnlyAdmin
from cmq.reference.models import Commune, Filiere, LoadedReference, School


@admin.register(Commune)
class CommuneAdmin(ReadOnlyAdmin):
    list_display = ("name", "insee_code", "departement", "population")
    list_select_related = ("departement",)
    search_fields = ("folded_name", "insee_code")


@admin.register(School)
class SchoolAdmin(ReadOnlyAdmin):
    list_display = ("name", "uai", "city")
    search_fields = ("name", "uai", "city")


@admin.register(Filiere)
class FiliereAdmin(ReadOnlyAdmin):
    list_display = ("position", "name", "slug")


@admin.register(LoadedReference)
class LoadedReferenceAdmin(ReadOnlyAdmin):
    list_display = ("name", "loaded_at", "attribution")
