"""Memory: tables, units of work, migrations. The only room that speaks SQL.

Nothing is imported here: whoever only needs `storage.engine.errors` must not pay for SQLAlchemy.
"""
