"""`/espace/registre/sources/` and `/espace/registre/metiers/`."""

from django.urls import path

from cmq.web.espace.official import views

urlpatterns = [
    path("registre/sources/", views.sources, name="registre_sources"),
    path("registre/sources/<slug:slug>/", views.source, name="registre_source"),
    path("registre/metiers/", views.job_notes, name="registre_job_notes"),
    path("registre/metiers/<str:code>/", views.job_note, name="registre_job_note"),
]
