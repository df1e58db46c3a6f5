"""The workspace: `/espace/…`."""

from django.urls import path

from cmq.web.espace import devices, helping, own_data
from cmq.web.espace.campaigns import urls as campaigns
from cmq.web.espace.college import urls as college
from cmq.web.espace.complements import urls as complements
from cmq.web.espace.evidence import urls as evidence
from cmq.web.espace.expertise import urls as expertise
from cmq.web.espace.files import urls as files
from cmq.web.espace.funding import urls as funding
from cmq.web.espace.network import urls as network
from cmq.web.espace.newsletter import urls as newsletter
from cmq.web.espace.newsroom import urls as newsroom
from cmq.web.espace.offers import urls as offers
from cmq.web.espace.official import urls as official
from cmq.web.espace.projects import urls as projects
from cmq.web.espace.search import urls as search
from cmq.web.espace.service import urls as service
from cmq.web.espace.statistics import urls as statistics
from cmq.web.espace.texts import urls as texts
from cmq.web.espace.tokens import urls as tokens
from cmq.web.espace.tours import urls as tours
from cmq.web.espace.trainings import urls as trainings
from cmq.web.espace.upkeep import urls as upkeep
from cmq.web.espace.views import (
    campus,
    decisions,
    home,
    imports,
    invitations,
    letters,
    members,
    organisation,
    people,
    register,
    renewals,
)

urlpatterns = [
    path("", home.home, name="espace"),
    path("compte/", home.account, name="espace_account"),
    path("telechargement/<str:token>/", home.download, name="espace_download"),
    path("conditions/", home.terms, name="espace_terms"),
    path("compte/aide/", helping.consent, name="espace_help"),
    path("assistance/", helping.desk, name="espace_helping"),
    path("assistance/<int:pk>/", helping.begin, name="espace_helping_begin"),
    path("assistance/fin/", helping.end, name="espace_helping_end"),
    path("compte/appareils/", devices.devices, name="espace_devices"),
    path("compte/appareils/<int:pk>/fin/", devices.end_device, name="espace_device_end"),
    path("compte/appareils/autres/fin/", devices.end_others, name="espace_devices_end"),
    path("compte/donnees/", own_data.own_data, name="espace_own_data"),
    path("compte/donnees/fichier/", own_data.own_data_file, name="espace_own_data_file"),
    path("compte/effacer/", own_data.erase_account, name="espace_account_erase"),
    path("invitation/<str:token>/", invitations.invitation, name="espace_invitation"),
    path("campus/<slug:slug>/", campus.desk, name="espace_campus"),
    path("campus/<slug:slug>/faits/<slug:name>/", campus.fact, name="espace_fact"),
    path("campus/<slug:slug>/noms/", campus.name, name="espace_name"),
    path("campus/<slug:slug>/lieux/", campus.place, name="espace_place"),
    path("campus/<slug:slug>/territoires/", campus.territory, name="espace_territory"),
    path("campus/<slug:slug>/histoire/", campus.past, name="espace_history"),
    path("campus/<slug:slug>/membres/", members.members, name="espace_members"),
    path("campus/<slug:slug>/membres/chercher/", members.find_member, name="espace_member_find"),
    path("campus/<slug:slug>/membres/nouveau/", members.add_new, name="espace_member_new"),
    path("campus/<slug:slug>/membres/organisation/<int:pk>/", members.add_known, name="espace_member_known"),
    path("campus/<slug:slug>/membres/<int:pk>/fin/", members.end_member, name="espace_member_end"),
    path("campus/<slug:slug>/personnes/", people.people, name="espace_people"),
    path("campus/<slug:slug>/personnes/<int:pk>/fin/", people.end_role, name="espace_people_end"),
    path("organisations/<int:pk>/", organisation.organisation, name="espace_organisation"),
    path("organisations/<int:pk>/invitations/", organisation.invite, name="espace_organisation_invite"),
    path("organisations/<int:pk>/ressort/", organisation.scope, name="espace_organisation_scope"),
    path("registre/organismes/", organisation.bodies, name="registre_bodies"),
    path("organisations/<int:pk>/roles/<int:role>/fin/", organisation.end_role, name="espace_organisation_end"),
    path("echeances/", renewals.deadlines, name="espace_deadlines"),
    path("echeances.csv", renewals.deadlines_csv, name="espace_deadlines_csv"),
    path("agenda/", renewals.calendar, name="espace_calendar"),
    path("registre/", register.desk, name="registre"),
    path("registre/signalements/", register.reports, name="registre_reports"),
    path("registre/signalements/<int:pk>/", register.report, name="registre_report"),
    path("registre/contradictions/", register.contradictions, name="registre_contradictions"),
    path("registre/faits/<int:pk>/retenir/", campus.prefer, name="registre_prefer"),
    path("registre/faits/<int:pk>/retirer/", campus.withdraw, name="registre_withdraw"),
    path("registre/a-completer/", register.gaps, name="registre_gaps"),
    path("registre/doublons/", register.duplicates, name="registre_duplicates"),
    path("registre/campus/nouveau/", register.enter_campus, name="registre_enter_campus"),
    path("registre/decisions/", decisions.unmatched, name="registre_decisions"),
    path("registre/decisions/nouvelle/", decisions.record, name="registre_record"),
    path("registre/decisions/<int:pk>/rattacher/", decisions.match, name="registre_match"),
    path("registre/decisions/<int:pk>/corriger/", decisions.correct, name="registre_correct"),
    path("registre/decisions/<int:pk>/annuler/", decisions.void, name="registre_void"),
    path("registre/imports/", imports.imports, name="registre_imports"),
    path("registre/imports/modele.xlsx", imports.template, name="registre_import_template"),
    path("registre/imports/<int:pk>/", imports.one_import, name="registre_import"),
    path("registre/personnes/", register.people, name="registre_people"),
    path("registre/courriers/", register.outbox, name="registre_outbox"),
    path("registre/courriers/<int:pk>/", letters.letter, name="registre_letter"),
    path("registre/modeles-de-lettres/", letters.models, name="registre_letter_models"),
    path("registre/modeles-de-lettres/<slug:name>/", letters.model, name="registre_letter_model"),
    path("registre/modeles-de-lettres/<slug:name>.html", letters.drawn, name="registre_letter_drawn"),
    path("registre/changements/", register.changes, name="registre_changes"),
    *files.urlpatterns,
    *campaigns.urlpatterns,
    *expertise.urlpatterns,
    *college.urlpatterns,
    *texts.urlpatterns,
    *network.urlpatterns,
    *trainings.urlpatterns,
    *projects.urlpatterns,
    *tours.urlpatterns,
    *funding.urlpatterns,
    *evidence.urlpatterns,
    *complements.urlpatterns,
    *upkeep.urlpatterns,
    *offers.urlpatterns,
    *newsletter.urlpatterns,
    *official.urlpatterns,
    *statistics.urlpatterns,
    *search.urlpatterns,
    *service.urlpatterns,
    *newsroom.urlpatterns,
    *tokens.urlpatterns,
]
