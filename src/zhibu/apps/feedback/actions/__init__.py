"""The deeds of feedback and of evaluations."""
