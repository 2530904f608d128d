"""What is to be told, and where: written with what it tells of, sent afterwards."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_with_sales"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=40, unique=True)),
                ("lead", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("occasion", models.BigIntegerField(default=0)),
                ("payload", models.JSONField()),
                ("created_at", models.BigIntegerField()),
                ("due_at", models.BigIntegerField()),
                ("attempts", models.IntegerField(default=0)),
                ("claimed_until", models.BigIntegerField(default=0)),
                ("claimed_by", models.CharField(default="", max_length=32)),
                ("done_at", models.BigIntegerField(null=True)),
                ("delivered", models.BooleanField(default=False)),
                ("error", models.TextField(blank=True)),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outgoing",
                        to="store.destination",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outgoing",
                        to="store.episode",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["destination", "lead", "id"],
                        name="still_to_tell",
                    ),
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["destination", "due_at", "id"],
                        name="to_tell_next",
                    ),
                    models.Index(
                        condition=models.Q(("delivered", False), ("done_at__isnull", False)),
                        fields=["destination", "id"],
                        name="given_up",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("destination", "episode", "kind", "occasion"), name="told_to_somewhere_once"
                    )
                ],
            },
        ),
    ]
