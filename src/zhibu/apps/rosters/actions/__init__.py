"""The deeds of rosters: shifts and rotations, months kept and changed, shifts exchanged."""
