"""The formats of tables: CSV, XLSX and Parquet, read and written row by row."""
