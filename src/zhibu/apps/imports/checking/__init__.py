"""Whether the rows of a workbook fit together, and with what is recorded. Nothing is written here."""
