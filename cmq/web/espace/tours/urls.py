"""`/espace/campus/<slug>/…`: événements mobiles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
