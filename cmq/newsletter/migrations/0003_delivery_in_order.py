from django.db import migrations, models

from cmq.core.expanding import AddIndexAside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("newsletter", "0002_sending")]

    operations = [
        AddIndexAside("delivery", models.Index(fields=["issue", "state", "id"], name="delivery_in_order")),
        migrations.RemoveIndex("delivery", "delivery_by_state"),
    ]
