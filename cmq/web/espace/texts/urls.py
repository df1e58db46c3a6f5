"""`/espace/cahiers-des-charges/…` and `/espace/colleges/…`."""

from django.urls import path

from cmq.web.espace.texts import college_views, fact_views, specification_views

TEXT = "cahiers-des-charges/<int:pk>/"
LINE = f"{TEXT}<slug:kind>/<int:number>/"
COLLEGE = "colleges/<int:pk>/"

urlpatterns = [
    path("cahiers-des-charges/", specification_views.specifications, name="specifications"),
    path(TEXT, specification_views.specification, name="specification"),
    path(f"{TEXT}copie/", specification_views.copy, name="specification_copy"),
    path(f"{TEXT}faits/", fact_views.facts, name="specification_facts"),
    path(f"{TEXT}faits/<int:number>/", fact_views.criterion_facts, name="specification_criterion_facts"),
    path(f"{TEXT}<slug:kind>/nouvelle-ligne/", specification_views.new_line, name="specification_line_new"),
    path(LINE, specification_views.line, name="specification_line"),
    path(f"{LINE}retrait/", specification_views.remove_line, name="specification_line_remove"),
    path("colleges/", college_views.colleges, name="colleges"),
    path(COLLEGE, college_views.college, name="college"),
    path(f"{COLLEGE}copie/", college_views.copy, name="college_copy"),
    path(f"{COLLEGE}regles/", college_views.set_rules, name="college_rules"),
    path(f"{COLLEGE}autorites/", college_views.new_authority, name="college_authority_new"),
    path(f"{COLLEGE}autorites/<int:authority>/sieges/", college_views.seats, name="college_seats"),
    path(f"{COLLEGE}autorites/<int:authority>/retrait/", college_views.remove_authority, name="college_remove"),
    path(f"{COLLEGE}sieges/<int:seat>/", college_views.seat, name="college_seat"),
    path(f"{COLLEGE}sieges/<int:seat>/presidence/", college_views.preside, name="college_preside"),
]
