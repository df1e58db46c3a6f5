"""`/espace/campus/<slug>/…`: formations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
