"""Gives a ledger on SQLite the guard against `INSERT OR REPLACE` where it was made before there was one."""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

append_only = import_module("accounts.migrations.0002_append_only")


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS accounts_entry_no_replace")
        editor.execute(append_only.NO_REPLACE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_caps")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
