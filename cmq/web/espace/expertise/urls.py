"""`/espace/experts/…`, `/espace/dossiers/<référence>/experts/…`, `/espace/expertises/…`."""

from django.urls import path

from cmq.web.espace.expertise import desk_views, file_views, views

FILE = "dossiers/<str:reference>/"
MINE = "expertises/<int:pk>/"

urlpatterns = [
    path("experts/", views.experts, name="experts"),
    path("experts/invitation/", views.invite, name="expert_invite"),
    path("experts/nouveau/", views.new, name="expert_new"),
    path("experts/<int:pk>/", views.expert, name="expert"),
    path("experts/<int:pk>/conflits/", views.conflict, name="expert_conflict"),
    path("experts/<int:pk>/conflits/<int:conflict>/", views.withdraw_conflict, name="expert_conflict_withdraw"),
    path(f"{FILE}experts/", file_views.file_experts, name="file_experts"),
    path(f"{FILE}experts/<int:pk>/recusation/", file_views.recuse, name="file_recuse"),
    path(f"{FILE}experts/<int:pk>/echeance/", file_views.postpone, name="file_postpone"),
    path(f"{FILE}second-tour/", file_views.second_round, name="file_second_round"),
    path(f"{FILE}college/", file_views.college, name="file_college"),
    path("expertises/", desk_views.expertises, name="expertises"),
    path(MINE, desk_views.expertise, name="expertise"),
    path(f"{MINE}rendre/", desk_views.hand_in, name="expertise_hand_in"),
    path(f"{MINE}abstention/", desk_views.abstain, name="expertise_abstain"),
    path(f"{MINE}conflit/", desk_views.conflict, name="expertise_conflict"),
]
