"""How this installation is set up: environment, Django settings, database guards, tasks."""
