"""`/espace/jetons/`."""

from django.urls import path

from cmq.web.espace.tokens import views

urlpatterns = [path("jetons/", views.tokens, name="espace_tokens")]
