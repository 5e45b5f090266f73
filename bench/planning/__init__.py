"""What planning around shifts is measured on, and beside: instances of the kinds given, and how one plans today.

`generate` makes instances of any seed; `planners` plan as a secretary does with a poll, with the rules at hand and
with the price list; `naive` is the first model that comes to mind, given to a solver. None shares code with ours.
"""
