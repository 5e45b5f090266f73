"""From the sheets of a workbook to facts: each cell is read and judged by itself and by its neighbours in the row."""
