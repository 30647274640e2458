"""Caps of member and key, and how many pictures a team may have under way. The ledger's table is not rebuilt."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="cap_day",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits a day",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="cap_lifetime",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits in all",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="cap_month",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits a month",
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="cap_day",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits a day",
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="cap_lifetime",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits in all",
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="cap_month",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000000000)],
                verbose_name="credits a month",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="most_active",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Pictures that may be under way at once; empty: as the studio has it.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000),
                ],
                verbose_name="pictures under way",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind", "hold")), fields=["member", "created"], name="entry_held_by_member"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("api_key__isnull", False), ("kind", "hold")),
                fields=["api_key", "created"],
                name="entry_held_by_key",
            ),
        ),
    ]
