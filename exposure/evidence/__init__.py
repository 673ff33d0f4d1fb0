"""Observations: customs, calibration, forecasts, stoppages, agreement with the record."""
