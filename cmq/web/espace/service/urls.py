"""`/espace/registre/taches/` and `/espace/registre/avis/`."""

from django.urls import path

from cmq.web.espace.service import views

urlpatterns = [
    path("registre/taches/", views.tasks, name="registre_tasks"),
    path("registre/avis/", views.notices, name="registre_notices"),
    path("registre/avis/<int:pk>/fin/", views.notice_end, name="registre_notice_end"),
]
