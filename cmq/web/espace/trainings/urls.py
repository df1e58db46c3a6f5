"""`/espace/campus/<slug>/formations/…`."""

from django.urls import path

from cmq.web.espace.trainings import table_views, views

_ALL = "campus/<slug:slug>/formations"
_ONE = f"{_ALL}/<int:pk>"

urlpatterns = [
    path(f"{_ALL}/", views.trainings, name="espace_trainings"),
    path(f"{_ALL}.csv", views.trainings_csv, name="espace_trainings_csv"),
    path(f"{_ALL}/choisir/", views.choose, name="espace_training_choose"),
    path(f"{_ALL}/nouvelle/", views.new, name="espace_training_new"),
    path(f"{_ONE}/", views.training, name="espace_training"),
    path(f"{_ONE}/modifier/", views.change, name="espace_training_change"),
    path(f"{_ONE}/fin/", views.end, name="espace_training_end"),
    path(f"{_ONE}/portes-ouvertes/", views.open_day, name="espace_training_open_day"),
    path(f"{_ONE}/partager/", views.share, name="espace_training_share"),
    path(f"{_ALL}/portes-ouvertes/<int:pk>/retirer/", views.remove_open_day, name="espace_open_day_remove"),
    path(f"{_ALL}/partages/<int:pk>/accepter/", views.accept_share, name="espace_training_share_accept"),
    path(f"{_ALL}/partages/<int:pk>/fin/", views.end_share, name="espace_training_share_end"),
    path(f"{_ALL}/tableau/", table_views.send, name="espace_trainings_table"),
    path(f"{_ALL}/tableau/modele.xlsx", table_views.workbook, name="espace_trainings_workbook"),
    path(f"{_ALL}/tableau/modele.csv", table_views.empty, name="espace_trainings_empty"),
    path(f"{_ALL}/tableau/<int:pk>/", table_views.sent, name="espace_trainings_sent"),
]
