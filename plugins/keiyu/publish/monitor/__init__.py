"""Watching over the relay: deadlines, reminders, completeness, and how the ministry itself performs."""
