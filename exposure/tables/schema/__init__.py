"""What a row must be: one model a table, the only definition of its columns."""
