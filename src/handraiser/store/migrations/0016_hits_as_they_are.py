"""Hits stand as they are: taking them out of PostgreSQL's compression takes longer than using them."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def leave_plain(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE store_kepthits ALTER COLUMN hits SET STORAGE EXTERNAL")


def have_compressed(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE store_kepthits ALTER COLUMN hits SET STORAGE EXTENDED")


class Migration(migrations.Migration):
    dependencies = [("store", "0015_kept_due")]

    operations = [migrations.RunPython(leave_plain, have_compressed)]
