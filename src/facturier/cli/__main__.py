"""Let `python -m facturier.cli` be the `facturier` command."""

from facturier.cli.main import main

main()
