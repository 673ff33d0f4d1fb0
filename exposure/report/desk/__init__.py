"""The scheduled report: its configuration, its alerts, its briefing, and how it is written."""
