"""Instances and plans of the planner as files of JSON: bytes in, facts out, and a plan back to bytes.

``exchange`` reads and writes them; ``shape`` is what a file has at a place, ``soundness`` whether it goes together.
"""
