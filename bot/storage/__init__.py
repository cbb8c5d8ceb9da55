"""The database and nothing else: tables, repositories, unit of work, audit log."""
