"""What was seen: customs, calibration, forecasts, stoppages, agreement with the record."""
