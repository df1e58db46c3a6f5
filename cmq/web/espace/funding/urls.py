"""`/espace/campus/<slug>/financements/…`."""

from django.urls import path

from cmq.web.espace.funding import views

_ALL = "campus/<slug:slug>/financements"
_ONE = f"{_ALL}/conventions/<int:pk>"

urlpatterns = [
    path(f"{_ALL}/", views.overview, name="espace_funding"),
    path(f"{_ALL}.csv", views.overview_csv, name="espace_funding_csv"),
    path(f"{_ALL}/conventions/nouvelle/", views.new, name="espace_agreement_new"),
    path(f"{_ONE}/", views.agreement, name="espace_agreement"),
    path(f"{_ONE}/modifier/", views.change, name="espace_agreement_change"),
    path(f"{_ONE}/montants/", views.years, name="espace_agreement_years"),
    path(f"{_ONE}/document/", views.document, name="espace_agreement_document"),
    path(f"{_ONE}/partager/", views.share, name="espace_agreement_share"),
    path(f"{_ONE}/retirer/", views.withdraw, name="espace_agreement_withdraw"),
    path(f"{_ALL}/partages/<int:pk>/confirmer/", views.confirm_share, name="espace_funding_share_confirm"),
    path(f"{_ALL}/partages/<int:pk>/fin/", views.end_share, name="espace_funding_share_end"),
    path(f"{_ALL}/budget/<int:year>/", views.spending, name="espace_spending"),
]
