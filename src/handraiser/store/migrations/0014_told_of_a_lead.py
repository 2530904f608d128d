"""What was told of a lead is found by the lead; and who was told of it is known when messages are gone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0013_drafts")]

    operations = [
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(fields=["lead", "created_at", "id"], name="told_of_a_lead"),
        ),
        migrations.CreateModel(
            name="Informed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lead", models.BigIntegerField()),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="informed",
                        to="store.destination",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lead", "destination"), name="informed_of_a_lead_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="message",
            field=models.TextField(blank=True, default=""),
        ),
    ]
