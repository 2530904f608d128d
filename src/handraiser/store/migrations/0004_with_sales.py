"""Who in sales takes leads, and what becomes of each MQL with them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_where_and_who"),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="hand_off",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Destination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("webhook", "Webhook"),
                            ("slack", "Slack"),
                            ("teams", "Teams"),
                            ("email", "Email"),
                        ],
                        max_length=7,
                    ),
                ),
                ("address", models.TextField()),
                ("secret", models.TextField(blank=True)),
                ("old_secret", models.TextField(blank=True)),
                ("old_secret_until", models.BigIntegerField(null=True)),
                ("kinds", models.JSONField(default=list)),
                ("agreement", models.TextField(blank=True)),
                ("created_at", models.BigIntegerField()),
                ("failing_since", models.BigIntegerField(null=True)),
                ("rests_until", models.BigIntegerField(default=0)),
                ("disabled_at", models.BigIntegerField(null=True)),
                ("disabled_why", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name="company",
            name="customer_since",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="holidays",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="user",
            name="hours",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="manager",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="timezone",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("why", models.TextField()),
                ("opened_at", models.BigIntegerField()),
                ("closed_at", models.BigIntegerField(null=True)),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="store.episode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=9)),
                ("step", models.IntegerField(default=0)),
                ("round", models.IntegerField(default=0)),
                ("act", models.CharField(max_length=8)),
                ("share", models.FloatField(default=1.0)),
                ("to", models.TextField(blank=True)),
                ("due_at", models.BigIntegerField()),
                ("held", models.BooleanField(db_default=False, default=False)),
                ("done_at", models.BigIntegerField(null=True)),
                ("fired", models.BooleanField(db_default=False, default=False)),
                (
                    "episode",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="store.episode",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("at", models.BigIntegerField()),
                ("logged_at", models.BigIntegerField()),
                ("by", models.TextField()),
                ("note", models.TextField(blank=True)),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="log", to="store.episode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.BigIntegerField()),
                ("was", models.CharField(max_length=12)),
                ("became", models.CharField(max_length=12)),
                ("by", models.TextField()),
                ("why", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("details", models.JSONField(default=dict)),
                ("inferred", models.BooleanField(default=False)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="store.episode"
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="store.move",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreement", models.TextField(blank=True)),
                ("stage", models.CharField(max_length=12)),
                ("at", models.BigIntegerField()),
                ("known_at", models.BigIntegerField()),
                ("reason", models.TextField(null=True)),
                ("amount", models.FloatField(null=True)),
                ("currency", models.TextField(null=True)),
                ("competitor", models.TextField(null=True)),
                ("note", models.TextField(null=True)),
                ("misled_by", models.TextField(null=True)),
                ("by", models.TextField()),
                ("undone_at", models.BigIntegerField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="store.company",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="store.episode",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="store.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.TextField()),
                ("by", models.TextField()),
                ("begins_at", models.BigIntegerField()),
                ("ends_at", models.BigIntegerField(null=True)),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="store.episode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("turn", models.BigIntegerField(default=0)),
                (
                    "fallback",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weight", models.IntegerField(default=1)),
                ("per_day", models.IntegerField(null=True)),
                ("per_30_days", models.IntegerField(null=True)),
                ("active", models.BooleanField(default=True)),
                ("turn", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="store.user",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="store.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Handoff",
            fields=[
                (
                    "episode",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="handoff",
                        serialize=False,
                        to="store.episode",
                    ),
                ),
                ("agreement", models.TextField()),
                ("stage", models.CharField(max_length=12)),
                ("stage_at", models.BigIntegerField()),
                ("route", models.IntegerField(null=True)),
                ("routes", models.JSONField(default=list)),
                ("company_owner", models.TextField(null=True)),
                ("zone", models.TextField(blank=True, default="")),
                ("first_route", models.IntegerField(null=True)),
                ("handed_at", models.BigIntegerField(null=True)),
                ("round", models.IntegerField(default=0)),
                ("round_at", models.BigIntegerField(null=True)),
                ("accepted_at", models.BigIntegerField(null=True)),
                ("accept_business", models.BigIntegerField(null=True)),
                ("contacted_at", models.BigIntegerField(null=True)),
                ("contact_business", models.BigIntegerField(null=True)),
                ("ended_at", models.BigIntegerField(null=True)),
                ("reason", models.TextField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handoffs",
                        to="store.user",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("by", models.TextField()),
                ("why", models.TextField()),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="store.episode",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.BigIntegerField()),
                ("ends_at", models.BigIntegerField()),
                ("why", models.TextField(blank=True)),
                ("created_at", models.BigIntegerField()),
                ("handed_over_at", models.BigIntegerField(null=True)),
                (
                    "cover",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="times_off", to="store.user"
                    ),
                ),
            ],
        ),
        migrations.DeleteModel(
            name="Outgoing",
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("episode", "kind"),
                name="one_alarm_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("done_at", None), ("held", False)),
                fields=["due_at"],
                name="what_is_due_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                fields=("episode", "kind", "step", "round", "act", "share", "to"), name="due_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)), fields=("episode",), name="one_pause_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(fields=("team", "user"), name="in_a_team_once"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 1)), name="weights_count_from_one"
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["owner", "handed_at"], name="owners_open"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["user", "at"], name="store_assig_user_id_e25169_idx"),
        ),
        migrations.AddIndex(
            model_name="timeoff",
            index=models.Index(
                condition=models.Q(("handed_over_at", None)), fields=["begins_at"], name="to_be_handed_over"
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="away_for_a_while"
            ),
        ),
    ]
