"""Workbooks: bytes in, rows out. What a row means is decided above, in ``apps.imports``.

``reading`` opens a file after ``package`` (.xlsx) or ``compound`` (.xls) has looked into it; ``tables`` finds the
table in a sheet; ``cells`` reads one cell; ``layout`` names sheets and columns; ``template`` writes an empty one.
"""
