"""What it does: uncertain inputs drawn, channels of supply, and stocks run week by week."""
