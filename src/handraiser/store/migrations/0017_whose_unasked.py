"""What every event writes of somebody is written without asking PostgreSQL each time whether they are there.

They are: nobody is ever taken out of `store_person`, and activities, dirty leads, standings and kept hits are
written of people who have been read there, or are written with them. Asked of row after row it was a fifth of
what an event cost the database, with a lock of the person each time. Standings of a lead are found by
`one_standing`.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def make_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    # Each row is written, claimed and gone: with room for its second version on the page of its first.
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE store_dirty SET (fillfactor = 40)")


def make_less(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE store_dirty SET (fillfactor = 70)")


class _OnPostgresql(migrations.AlterField):
    """SQLite, to which it costs next to nothing, would write the whole table anew."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("store", "0016_hits_as_they_are")]

    operations = [
        migrations.AlterField(
            model_name="dirty",
            name="lead",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                serialize=False,
                to="store.person",
            ),
        ),
        migrations.AlterField(
            model_name="standing",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="standings",
                to="store.person",
            ),
        ),
        migrations.AlterField(
            model_name="kepthits",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                to="store.person",
            ),
        ),
        _OnPostgresql(
            model_name="activity",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.person",
            ),
        ),
        migrations.RunPython(make_room, make_less),
    ]
