"""Deeds around a meeting, by subject. One deed is one transaction with its event."""
