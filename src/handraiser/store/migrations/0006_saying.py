from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0005_outbox")]

    operations = [
        migrations.AddField(
            model_name="dirty", name="imported", field=models.TextField(db_default="", default="")
        ),
    ]
