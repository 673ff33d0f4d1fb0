"""What we draw: random streams, and the cells that become arrays."""
