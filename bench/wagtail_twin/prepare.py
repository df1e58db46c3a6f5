"""Make the twin's database and its one page from « article.json » and « picture.png » of its folder."""

import datetime as dt
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagtail_twin.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.images import ImageFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402
from wagtail_twin.models import ArticlePage  # noqa: E402

(settings.FOLDER / "twin_migrations").mkdir()
(settings.FOLDER / "twin_migrations" / "__init__.py").touch()
sys.path.insert(0, str(settings.FOLDER))
call_command("makemigrations", "wagtail_twin", verbosity=0)
call_command("migrate", verbosity=0)
said = json.loads((settings.FOLDER / "article.json").read_text("utf-8"))
with (settings.FOLDER / "picture.png").open("rb") as content:
    picture = Image.objects.create(title=said.pop("alternative"), file=ImageFile(content, "picture.png"))
made = Page.get_first_root_node().add_child(
    instance=ArticlePage(**said, slug="article", picture=picture, day=dt.date(2026, 1, 15))
)
Site.objects.all().delete()
Site.objects.create(hostname="127.0.0.1", root_page=made, is_default_site=True)
print(django.get_version())
