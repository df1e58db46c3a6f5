"""`/espace/dossiers/…`, and the label of a campus."""

from django.urls import path

from cmq.web.espace.files import drawing_views, instruction_views, views, writing_views

FILE = "dossiers/<str:reference>/"
PART = f"{FILE}parties/<int:position>/"

urlpatterns = [
    path("campus/<slug:slug>/label/", views.campus_label, name="campus_label"),
    path("avis/", instruction_views.consulted, name="consulted"),
    path("dossiers/", views.files, name="files"),
    path(FILE, views.file, name="file"),
    path(f"{FILE}changements/", views.changes, name="file_changes"),
    path(f"{FILE}demande/", views.ask, name="file_ask"),
    path(f"{FILE}envoi/", views.send, name="file_send"),
    path(f"{FILE}signature/", views.sign, name="file_sign"),
    path(f"{FILE}rappel/", views.recall, name="file_recall"),
    path(f"{FILE}retrait/", views.withdraw, name="file_withdraw"),
    path(PART, writing_views.section, name="file_section"),
    path(f"{PART}enregistrer/", writing_views.autosave, name="file_autosave"),
    path(f"{PART}propositions/", drawing_views.proposals, name="file_proposals"),
    path(f"{PART}presence/", writing_views.presence, name="file_presence"),
    path(f"{PART}versions/", writing_views.versions, name="file_versions"),
    path(f"{PART}commentaires/", writing_views.comment, name="file_comment"),
    path(f"{PART}commentaires/<int:pk>/regler/", writing_views.resolve, name="file_resolve"),
    path(f"{FILE}pieces/", writing_views.attach, name="file_attach"),
    path(f"{FILE}pieces/<int:pk>/", writing_views.download, name="file_download"),
    path(f"{FILE}pieces/<int:pk>/retirer/", writing_views.detach, name="file_detach"),
    path(f"{FILE}recevabilite/", instruction_views.ruling, name="file_ruling"),
    path(f"{FILE}correction/", instruction_views.correction, name="file_correction"),
    path(f"{FILE}correction/reponse/", instruction_views.answer, name="file_answer"),
    path(f"{FILE}avis/", instruction_views.ask_opinion, name="file_opinion_ask"),
    path(f"{FILE}avis/<int:pk>/", instruction_views.give_opinion, name="file_opinion"),
]
