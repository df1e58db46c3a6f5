"""The site with one bare JSON view more: the same rows of the same dataset, their own query, nothing besides."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.utils import timezone

from cmq.opendata.datasets import DATASETS


def bare(request: HttpRequest, slug: str) -> JsonResponse:
    """Fifty rows after a key."""
    dataset, on = DATASETS[slug], timezone.localdate()
    rows = dataset.queryset(on=on).order_by(dataset.key_field)
    after = request.GET.get("after")
    rows = rows.filter(**{f"{dataset.key_field}__gt": after}) if after else rows
    found = [dict(zip(dataset.names, row, strict=True)) for row in dataset.rows_of(rows[:50], on=on)]
    return JsonResponse({"data": found})


urlpatterns = [path("nue/<str:slug>", bare), path("", include("cmq.urls"))]
