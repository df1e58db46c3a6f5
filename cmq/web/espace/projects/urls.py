"""`/espace/campus/<slug>/…`: projets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
