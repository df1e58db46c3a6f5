"""What machines read first: robots.txt and security.txt."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.web.public.common import public


@public
def robots_txt(request: HttpRequest) -> HttpResponse:
    """All may read the public pages; nothing else is of use to them."""
    lines = [
        "User-agent: *",
        "Disallow: /espace/",
        "Disallow: /compte/",
        "Disallow: /technique/",
        "Disallow: /campus/*/signaler/",
        "Disallow: /agenda/inscription/",
        "Disallow: /offres/employeur/",
        "Disallow: /offres/*/signaler/",
        "Disallow: /alertes/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to say that something is unsafe (RFC 9116); valid for six months from today."""
    midnight = dt.datetime.combine(timezone.localdate() + dt.timedelta(days=182), dt.time(), tzinfo=dt.UTC)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {midnight:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
