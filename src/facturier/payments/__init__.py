"""Money in and out: received, shared out over documents, paid back."""
