"""Admin > People."""
