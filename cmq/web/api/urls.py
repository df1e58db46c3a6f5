"""Addresses of the API; its pages are among the public ones. Lists end without a slash, as their files do."""

from django.urls import path, re_path

from cmq.web.api import views

urlpatterns = [
    path("v1/", views.index, name="api_index"),
    path("v1/openapi.json", views.description, name="api_openapi"),
    path("v1/prive/<str:slug>", views.private_listing, name="api_private"),
    path("v1/prive/<str:slug>/<str:key>", views.private_row, name="api_private_row"),
    path("v1/<str:slug>", views.listing, name="api_list"),
    path("v1/<str:slug>/changements", views.changes, name="api_changes"),
    path("v1/<str:slug>/<str:key>", views.row, name="api_row"),
    re_path(r"^v1/.*$", views.nothing, name="api_nothing"),
]
