"""`/espace/campus/<slug>/employeurs/`, `/espace/registre/employeurs/`, `/espace/registre/offres-signalees/`."""

from django.urls import path

from cmq.web.espace.offers import views

urlpatterns = [
    path("campus/<slug:slug>/employeurs/", views.campus_employers, name="espace_employers"),
    path("campus/<slug:slug>/employeurs/<int:pk>/", views.campus_employer, name="espace_employer"),
    path("registre/employeurs/", views.employers, name="registre_employers"),
    path("registre/employeurs/<int:pk>/", views.employer, name="registre_employer"),
    path("registre/offres-signalees/", views.reports, name="registre_offer_reports"),
    path("registre/offres-signalees/<int:pk>/", views.report, name="registre_offer_report"),
]
