"""Django's PostgreSQL, with a pool that a restart of the database empties at once."""
