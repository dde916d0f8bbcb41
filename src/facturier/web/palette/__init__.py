"""The command palette: what the server finds for it; the rest it takes from the page."""
