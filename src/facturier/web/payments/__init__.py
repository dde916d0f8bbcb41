"""Pages of payments: of one document, of a customer, of many, and the list."""
