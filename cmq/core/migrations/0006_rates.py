from django.db import migrations

from cmq.core.rates import TABLE


def make(apps, schema_editor):
    # On SQLite the counts have a file of their own.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TABLE.format("UNLOGGED"))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TABLE IF EXISTS core_rates")


class Migration(migrations.Migration):
    dependencies = [("core", "0005_stop_url")]

    operations = [migrations.RunPython(make, drop)]
