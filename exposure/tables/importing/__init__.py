"""From files that other people publish, or that a company keeps, to overlays."""
