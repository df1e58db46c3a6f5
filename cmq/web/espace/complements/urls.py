"""`/espace/campus/<slug>/…`: complémentarités."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
