"""Policy of Beijing: licence rules, and the scenarios that they form."""
