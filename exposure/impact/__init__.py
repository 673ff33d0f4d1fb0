"""Losses of sectors: arrivals, stocks and output, week by week."""
