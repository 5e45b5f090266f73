"""Django's SQLite with one line of writers; see ``base``."""
