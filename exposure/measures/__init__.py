"""How sure a result is, what it hangs on, and what would help."""
