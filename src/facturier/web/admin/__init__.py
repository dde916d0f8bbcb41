"""Admin: what the seller states, the journal, and the audit log."""
