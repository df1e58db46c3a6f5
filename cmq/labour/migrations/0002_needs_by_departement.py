import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labour", "0001_initial"),
        ("reference", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="recruitmentneed",
            name="departement",
            # The table is empty: nothing filled it before.
            field=models.ForeignKey(
                default="01",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.departement",
                verbose_name="département",
            ),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="recruitmentneed", name="need_once"),
        migrations.AddConstraint(
            model_name="recruitmentneed",
            constraint=models.UniqueConstraint(
                fields=("year", "family", "basin", "departement"), name="need_once"
            ),
        ),
        migrations.AlterModelOptions(
            name="recruitmentneed",
            options={
                "ordering": ["year", "basin", "departement", "family"],
                "verbose_name": "besoin en main-d’œuvre",
                "verbose_name_plural": "besoins en main-d’œuvre",
            },
        ),
    ]
