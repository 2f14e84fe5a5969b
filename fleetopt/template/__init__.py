"""The planning workbook as a file: every sheet built from the schema."""
