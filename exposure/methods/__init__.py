"""Published measures: pure functions, each with its paper; none of them enters a score."""
