"""The ledger may only grow: the database itself refuses to change or to delete an entry.

SQLite needs a third guard: its `INSERT OR REPLACE` deletes what stands in the way without asking the second one.
A migration that rebuilds the table on SQLite drops its triggers; it must end by making them again with `guard`.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REFUSAL = "ledger entries are never changed or deleted"

NO_REPLACE = f"""
CREATE TRIGGER accounts_entry_no_replace BEFORE INSERT ON accounts_entry WHEN EXISTS (
    SELECT 1 FROM accounts_entry WHERE id = NEW.id OR (generation = NEW.generation AND kind = NEW.kind)
) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
"""  # noqa: S608 no word of it comes from outside

GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER accounts_entry_no_update BEFORE UPDATE ON accounts_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER accounts_entry_no_delete BEFORE DELETE ON accounts_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        NO_REPLACE,
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION accounts_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """,
        """
        CREATE TRIGGER accounts_entry_no_change BEFORE UPDATE OR DELETE ON accounts_entry
        FOR EACH ROW EXECUTE FUNCTION accounts_entry_refuse()
        """,
        """
        CREATE TRIGGER accounts_entry_no_truncate BEFORE TRUNCATE ON accounts_entry
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_entry_refuse()
        """,
    ],
}

UNGUARDS = {
    "sqlite": [
        "DROP TRIGGER accounts_entry_no_update",
        "DROP TRIGGER accounts_entry_no_delete",
        "DROP TRIGGER accounts_entry_no_replace",
    ],
    "postgresql": [
        "DROP TRIGGER accounts_entry_no_truncate ON accounts_entry",
        "DROP TRIGGER accounts_entry_no_change ON accounts_entry",
        "DROP FUNCTION accounts_entry_refuse()",
    ],
}


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in GUARDS[editor.connection.vendor]:
        editor.execute(statement)


def unguard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in UNGUARDS[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
