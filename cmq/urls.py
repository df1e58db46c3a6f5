"""Every address of the site. They are in French; each folder of `cmq.web` answers for one branch."""

from django.contrib import admin
from django.urls import include, path

from cmq.web.espace.views.renewals import calendar_feed

urlpatterns = [
    path("", include("cmq.web.public.urls")),
    path("api/", include("cmq.web.api.urls")),
    path("espace/", include("cmq.web.espace.urls")),
    path("agenda-prive/<str:token>.ics", calendar_feed, name="calendar_feed"),
    path("compte/", include("cmq.web.espace.account_urls")),
    path("technique/", admin.site.urls),
]

handler400 = "cmq.web.errors.bad_request"
handler403 = "cmq.web.errors.forbidden"
handler404 = "cmq.web.errors.not_found"
handler500 = "cmq.web.errors.server_error"
