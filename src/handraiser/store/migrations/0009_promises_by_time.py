"""Promises are found by when they are due: how many of a week's were kept is asked with every home."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0008_judgement")]

    operations = [
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                fields=["due_at"],
                condition=models.Q(act="due", kind__in=("accept", "contact")),
                name="promises_by_time",
            ),
        ),
    ]
