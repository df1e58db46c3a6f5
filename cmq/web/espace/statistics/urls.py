"""`/espace/registre/metiers-et-filieres/`."""

from django.urls import path

from cmq.web.espace.statistics import views

urlpatterns = [path("registre/metiers-et-filieres/", views.filiere_jobs, name="registre_filiere_jobs")]
