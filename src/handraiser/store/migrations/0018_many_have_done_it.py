"""PostgreSQL takes what has been done for what many have done, each some of it, whatever it has found so far.

Where one lead had done nearly all of its sample, it found what others did by reading through everything that
had been done since, for each of them: a turn took three times as long, and ever longer.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def tell(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        # A share of the rows, since there will be more: each has done twenty things.
        editor.execute("ALTER TABLE store_activity ALTER COLUMN person_id SET (n_distinct = -0.05)")
        editor.execute("ANALYZE store_activity (person_id)")  # from then on it is so


def leave_to_it(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE store_activity ALTER COLUMN person_id RESET (n_distinct)")
        editor.execute("ANALYZE store_activity (person_id)")


class Migration(migrations.Migration):
    dependencies = [("store", "0017_whose_unasked")]

    operations = [migrations.RunPython(tell, leave_to_it)]
