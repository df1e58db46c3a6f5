"""`/espace/campus/<slug>/…`: financements."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
