"""`/espace/campus/<slug>/…`: indicateurs et rapports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
