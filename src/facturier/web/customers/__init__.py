"""Pages of customers and their contracts."""
