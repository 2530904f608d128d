"""Queues are read in the order in which they are shown: when a hand-off is due is kept, with indexes.

And what somebody gave away can be taken back: what it takes to do so is kept of each giving.
"""

import django.db.models.deletion
from django.db import migrations, models

_OPEN = models.Q(ended_at=None)
# As `store.due` reckons it.
_FILL = """
    UPDATE store_handoff AS handoff SET
        hand_raise = (
            SELECT episode.hand_raise FROM store_episode AS episode WHERE episode.id = handoff.episode_id
        ),
        due_at = (
            SELECT min(deadline.due_at) FROM store_deadline AS deadline
            WHERE deadline.episode_id = handoff.episode_id AND deadline.act = 'due'
            AND handoff.ended_at IS NULL
            AND (deadline.done_at IS NULL OR deadline.fired AND (
                deadline.kind = 'accept' AND deadline.round = handoff.round AND handoff.stage = 'mql'
                OR deadline.kind = 'contact' AND handoff.contacted_at IS NULL
                AND handoff.stage IN ('mql', 'sal')
            ))
        )
"""


class Migration(migrations.Migration):
    dependencies = [("store", "0014_told_of_a_lead")]

    operations = [
        migrations.AddField("handoff", "due_at", models.BigIntegerField(null=True)),
        migrations.AddField("handoff", "hand_raise", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "handoff", models.Index(fields=["due_at", "episode"], condition=_OPEN, name="open_by_due")
        ),
        migrations.AddIndex(
            "handoff",
            models.Index(fields=["owner", "due_at", "episode"], condition=_OPEN, name="owners_by_due"),
        ),
        migrations.AddIndex(
            "handoff",
            models.Index(
                fields=["team", "due_at", "episode", "owner", "stage", "handed_at"],
                condition=_OPEN,
                name="teams_by_due",
            ),
        ),
        migrations.AddIndex(
            "handoff",
            models.Index(
                fields=["due_at", "episode"],
                condition=models.Q(ended_at=None, hand_raise=True, stage="mql"),
                name="asked_by_due",
            ),
        ),
        migrations.AddField(
            "assignment",
            "undoes",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="store.assignment",
            ),
        ),
        migrations.AddField(
            "assignment",
            "behind",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.move",
            ),
        ),
        migrations.AddField("assignment", "was_round", models.IntegerField(null=True)),
        migrations.AddField("assignment", "was_round_at", models.BigIntegerField(null=True)),
    ]
