"""From facts to changes: what the workbook says against what is recorded. Nothing is written here.

Every function tells for each row of its sheet whether it makes, changes or finds what it says.
"""
