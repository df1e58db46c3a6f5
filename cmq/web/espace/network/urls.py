"""`/espace/campus/<slug>/…`: réseau."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
