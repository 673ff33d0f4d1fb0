"""What Beijing grants: rules, scenarios, the licence queue, and the licensed flow they give."""
