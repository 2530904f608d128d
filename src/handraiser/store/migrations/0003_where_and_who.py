"""From when on a lead works where it works: what is late does not move it back. And who is not one."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0002_change_in_place")]

    operations = [
        migrations.AddField("person", "company_from", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddIndex(
            "join",
            models.Index(
                condition=models.Q(undone_at__isnull=False), fields=["joined", "person"], name="undone"
            ),
        ),
    ]
