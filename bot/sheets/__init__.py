"""Tables as files: CSV and XLSX that no spreadsheet executes, for the command line and the desk."""
