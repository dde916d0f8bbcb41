"""Issued documents on their way to the ledger."""
