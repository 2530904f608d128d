"""Rows that change with every event change in place: in no index that changes, with room on their page."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_CHANGING = ("store_person", "store_company", "store_dirty", "store_standing")


def make_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        for table in _CHANGING:
            editor.execute(f"ALTER TABLE {table} SET (fillfactor = 70)")


def make_none(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        for table in _CHANGING:
            editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [
        migrations.RemoveIndex("dirty", "store_dirty_claimed_6a2959_idx"),
        migrations.AddIndex(
            "dirty", models.Index(fields=["behind", "since"], name="store_dirty_behind_2aab80_idx")
        ),
        migrations.RemoveIndex("standing", "store_stand_publica_05c492_idx"),
        migrations.RunPython(make_room, make_none),
    ]
