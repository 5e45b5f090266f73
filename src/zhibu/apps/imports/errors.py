"""Refusals a person may meet."""


class ImportRefusal(Exception):
    """The deed can not be done; the text says why and what to do."""


class PlanChanged(ImportRefusal):
    """Between looking at a preview and confirming it, something was recorded that changes what it would do."""


class UndoRefused(ImportRefusal):
    """Something rests on what the import brought."""
