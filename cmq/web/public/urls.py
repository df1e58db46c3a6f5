"""Addresses of the public pages, in French."""

from django.urls import path

from cmq.web.public import campus, directory, duties, evidence, home, proof, report, robots, territories

urlpatterns = [
    path("", home.home, name="home"),
    path("campus/", directory.directory, name="directory"),
    path("campus.csv", directory.directory_csv, name="directory_csv"),
    path("campus.geojson", directory.directory_geojson, name="directory_geojson"),
    path("campus/<slug:slug>/", campus.campus, name="campus"),
    path("campus/<slug:slug>/signaler/", report.report_error, name="report_error"),
    path("campus/<slug:slug>/rapports/<int:year>/", evidence.annual_report, name="annual_report"),
    path("campus/<slug:slug>/rapports/<int:year>.pdf", evidence.annual_report_pdf, name="annual_report_pdf"),
    path(
        "campus/<slug:slug>/rapports/<int:year>/images/<int:number>/",
        evidence.annual_report_picture,
        name="annual_report_picture",
    ),
    path("indicateurs/", evidence.indicators, name="indicators"),
    path("indicateurs.csv", evidence.indicators_csv, name="indicators_csv"),
    path("label/verifier/", proof.verify, name="verify"),
    path("label/verifier/<str:identifier>/", proof.award, name="verify_award"),
    path("label/verifier/<str:identifier>/attestation.pdf", proof.attestation_pdf, name="attestation_pdf"),
    path("label/verifier/<str:identifier>/justificatif.jwt", proof.credential_jwt, name="credential_jwt"),
    path("label/statuts/<str:purpose>/<int:number>/", proof.status_list, name="status_list"),
    path(".well-known/jwks.json", proof.key_set, name="key_set"),
    path(".well-known/did.json", proof.did_document, name="did_document"),
    path("communes.json", directory.commune_completion, name="commune_completion"),
    path("carte/", territories.map_page, name="map"),
    path("contours/<str:level>.geojson", territories.outline_geojson, name="outline_geojson"),
    path("filieres/", territories.filieres, name="filieres"),
    path("filieres/<slug:slug>/", territories.filiere, name="filiere"),
    path("regions/", territories.regions, name="regions"),
    path("regions/<slug:slug>/", territories.region, name="region"),
    path("a-propos/", duties.about, name="about"),
    path("mentions-legales/", duties.legal, name="legal"),
    path("donnees-personnelles/", duties.privacy, name="privacy"),
    path("accessibilite/", duties.accessibility, name="accessibility"),
    path("cookies/", duties.cookies, name="cookies"),
    path("plan-du-site/", duties.site_map, name="site_map"),
    path(".well-known/security.txt", robots.security_txt, name="security_txt"),
    path("robots.txt", robots.robots_txt, name="robots_txt"),
    path("sitemap.xml", robots.sitemap_xml, name="sitemap_xml"),
]
