"""What every test may ask for; the fixtures themselves stand in tests/support/."""

pytest_plugins = [
    "tests.support.places",
    "tests.support.completeness",
    "tests.support.databases",
    "tests.support.browsers",
    "tests.support.cast",
]
