"""`/espace/seances/…`, `/espace/mesures/…`, `/espace/decisions/…` and `/espace/arretes/…`."""

from django.urls import path

from cmq.web.espace.college import decision_views, item_views, measure_views, meeting_views, order_views

MEETING = "seances/<int:pk>/"
POINT = f"{MEETING}points/<int:point>/"
MEASURE = "mesures/<int:pk>/"

urlpatterns = [
    path("seances/", meeting_views.index, name="meetings"),
    path("seances/nouvelle/", meeting_views.prepare, name="meeting_new"),
    path(MEETING, meeting_views.meeting, name="meeting"),
    path(f"{MEETING}modifier/", meeting_views.change, name="meeting_change"),
    path(f"{MEETING}convocation/", meeting_views.convene, name="meeting_convene"),
    path(f"{MEETING}ouverture/", meeting_views.open_one, name="meeting_open"),
    path(f"{MEETING}cloture/", meeting_views.close_one, name="meeting_close"),
    path(f"{MEETING}ordre-du-jour/", meeting_views.add, name="meeting_add"),
    path(f"{MEETING}ordre/", meeting_views.order, name="meeting_order"),
    path(f"{MEETING}presences/<int:holder>/arrivee/", meeting_views.attend, name="meeting_attend"),
    path(f"{MEETING}presences/<int:attendance>/depart/", meeting_views.leave, name="meeting_leave"),
    path(POINT, item_views.item, name="item"),
    path(f"{POINT}rapport/", item_views.report, name="item_report"),
    path(f"{POINT}retrait/", item_views.remove, name="item_remove"),
    path(f"{POINT}position/", item_views.position, name="item_position"),
    path(f"{POINT}abstention/", item_views.abstain, name="item_abstain"),
    path(f"{POINT}vote/clore/", item_views.conclude, name="item_conclude"),
    path(f"{POINT}vote/rouvrir/", item_views.reopen, name="item_reopen"),
    path(f"{POINT}decision/", item_views.decide_one, name="item_decide"),
    path(f"{MEETING}proces-verbal/", meeting_views.minutes, name="meeting_minutes"),
    path(f"{MEETING}proces-verbal.txt", meeting_views.minutes_document, {"kind": "txt"}, name="meeting_minutes_text"),
    path(f"{MEETING}proces-verbal.pdf", meeting_views.minutes_document, {"kind": "pdf"}, name="meeting_minutes_pdf"),
    path("decisions/", decision_views.index, name="decisions"),
    path("decisions/publication/", decision_views.publish, name="decisions_publish"),
    path("decisions/<str:number>/", decision_views.decision, name="decision"),
    path("decisions/<str:number>/signature/", decision_views.sign_one, name="decision_sign"),
    path("arretes/", order_views.index, name="orders"),
    path("arretes/nouveau/", order_views.draft, name="order_new"),
    path("arretes/<int:pk>/", order_views.order, name="order"),
    path("arretes/<int:pk>/completer/", order_views.complete, name="order_complete"),
    path("arretes/<int:pk>/projet.txt", order_views.draft_document, {"kind": "txt"}, name="order_text"),
    path("arretes/<int:pk>/projet.pdf", order_views.draft_document, {"kind": "pdf"}, name="order_pdf"),
    path("dossiers/<str:reference>/retour-au-college/", item_views.bring_back, name="file_bring_back"),
    path("mesures/", measure_views.index, name="measures"),
    path("mesures/nouvelle/", measure_views.propose, name="measure_new"),
    path(MEASURE, measure_views.measure, name="measure"),
    path(f"{MEASURE}observations/", measure_views.answer, name="measure_answer"),
    path(f"{MEASURE}college/", measure_views.table, name="measure_table"),
    path(f"{MEASURE}abandon/", measure_views.drop, name="measure_drop"),
]
