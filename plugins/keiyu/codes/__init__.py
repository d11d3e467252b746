"""Codes and calendars: dated areas, eras, business days and corporate numbers."""
