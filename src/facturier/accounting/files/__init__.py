"""One accounting file format each."""
