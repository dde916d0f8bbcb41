"""What the tests share: databases, processes, the browser, the cast."""
