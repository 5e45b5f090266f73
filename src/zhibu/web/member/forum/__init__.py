"""The forum: rooms, threads and what each writes there; order in it is kept by those who are in the room as well."""
