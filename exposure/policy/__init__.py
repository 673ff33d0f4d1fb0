"""What Beijing grants: rules, and the scenarios that they form."""
