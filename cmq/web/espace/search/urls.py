"""`/espace/registre/recherches/`."""

from django.urls import path

from cmq.web.espace.search import views

urlpatterns = [path("registre/recherches/", views.sought, name="registre_sought")]
