"""One kind of page, with what an article of ours has."""

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class ArticlePage(Page):
    """Headline, standfirst, picture, text, byline and day."""

    standfirst = models.CharField(max_length=500)
    body = RichTextField()
    byline = models.CharField(max_length=120)
    day = models.DateField()
    picture = models.ForeignKey("wagtailimages.Image", null=True, on_delete=models.SET_NULL, related_name="+")
    template = "article_page.html"
