"""Row models: one per table, the only definition of its columns."""
