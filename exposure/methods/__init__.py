"""Published measures: pure functions, each with its paper; no score uses them."""
