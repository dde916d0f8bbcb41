"""The `facturier` command."""
