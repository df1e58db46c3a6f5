"""`/espace/campus/<slug>/tournees/…`: mobile events."""

from django.urls import path

from cmq.web.espace.tours import views

_TOURS = "campus/<slug:slug>/tournees/"
_STOP = f"{_TOURS}etapes/<int:pk>/"

urlpatterns = [
    path(_TOURS, views.tours, name="tours"),
    path(f"{_TOURS}nouvelle/", views.new_tour, name="tour_new"),
    path(f"{_TOURS}<int:pk>/", views.tour, name="tour"),
    path(f"{_TOURS}<int:pk>/modifier/", views.edit_tour, name="tour_edit"),
    path(f"{_TOURS}<int:pk>/publier/", views.publish, name="tour_publish"),
    path(f"{_TOURS}<int:pk>/ordre/", views.order, name="tour_order"),
    path(f"{_TOURS}<int:pk>/etapes/nouvelle/", views.new_stop, name="tour_stop_new"),
    path(_STOP, views.stop, name="tour_stop"),
    path(f"{_STOP}modifier/", views.edit_stop, name="tour_stop_edit"),
    path(f"{_STOP}annuler/", views.cancel_stop, name="tour_stop_cancel"),
    path(f"{_STOP}inscriptions/<int:registration>/annuler/", views.withdraw, name="tour_registration_withdraw"),
    path(f"{_STOP}presences/", views.attendance, name="tour_attendance"),
    path(f"{_STOP}inscriptions.csv", views.registrations_csv, name="tour_registrations_csv"),
]
