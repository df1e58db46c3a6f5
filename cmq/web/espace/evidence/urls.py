"""`/espace/campus/<slug>/indicateurs/…` and `…/rapports/…`."""

from django.urls import path

from cmq.web.espace.evidence import report_views, views

_ALL = "campus/<slug:slug>/indicateurs"
_REPORTS = "campus/<slug:slug>/rapports"

urlpatterns = [
    path(f"{_ALL}/", views.indicators, name="espace_indicators"),
    path(f"{_ALL}.csv", views.indicators_csv, name="espace_indicators_csv"),
    path(f"{_ALL}/valeurs/<int:pk>/corriger/", views.correct, name="espace_value_correct"),
    path(f"{_ALL}/valeurs/<int:pk>/retirer/", views.withdraw, name="espace_value_withdraw"),
    path(f"{_ALL}/valeurs/<int:pk>/preuve/", views.proof, name="espace_value_proof"),
    path(f"{_ALL}/partages/<int:pk>/confirmer/", views.confirm_share, name="espace_value_share_confirm"),
    path(f"{_ALL}/partages/<int:pk>/fin/", views.end_share, name="espace_value_share_end"),
    path(f"{_ALL}/<slug:code>/", views.indicator, name="espace_indicator"),
    path(f"{_ALL}/<slug:code>/<int:year>/", views.state, name="espace_indicator_state"),
    path(f"{_REPORTS}/", report_views.reports, name="espace_reports"),
    path(f"{_REPORTS}/<int:year>/", report_views.one, name="espace_report"),
    path(f"{_REPORTS}/<int:year>.pdf", report_views.pdf, name="espace_report_pdf"),
    path(f"{_REPORTS}/<int:year>/images/<int:number>/", report_views.image, name="espace_report_picture"),
    path(f"{_REPORTS}/<int:year>/publier/", report_views.publish, name="espace_report_publish"),
    path(f"{_REPORTS}/<int:year>/reprendre/", report_views.reopen, name="espace_report_reopen"),
]
