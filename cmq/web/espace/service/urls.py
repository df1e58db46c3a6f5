"""`/espace/registre/taches/`, `/espace/registre/refus-des-navigateurs/` and `/espace/registre/avis/`."""

from django.urls import path

from cmq.web.espace.service import views

urlpatterns = [
    path("registre/taches/", views.tasks, name="registre_tasks"),
    path("registre/refus-des-navigateurs/", views.browser_refusals, name="registre_refusals"),
    path("registre/avis/", views.notices, name="registre_notices"),
    path("registre/avis/<int:pk>/fin/", views.notice_end, name="registre_notice_end"),
]
