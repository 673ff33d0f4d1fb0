"""What people see: tables in words, figures, and the files of a report."""
