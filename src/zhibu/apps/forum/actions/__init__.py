"""The deeds of the forum: written, followed, taken back, kept in order; and views before a meeting."""
