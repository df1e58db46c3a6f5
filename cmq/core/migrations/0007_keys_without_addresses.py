import re

from django.db import migrations

ADDRESS = re.compile(r"[^:]+@[^:]+")


def name_by_number(apps, schema_editor):
    """Keys of letters that were named by an address are named by the letter's own number."""
    letters = apps.get_model("core", "OutgoingMail").objects
    for letter in letters.filter(key__contains="@").only("pk", "key").order_by("pk").iterator(chunk_size=1000):
        letters.filter(pk=letter.pk).update(key=ADDRESS.sub(f"lettre-{letter.pk}", letter.key)[:200])


class Migration(migrations.Migration):
    dependencies = [("core", "0006_rates")]

    operations = [migrations.RunPython(name_by_number, migrations.RunPython.noop)]
