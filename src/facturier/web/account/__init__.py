"""Coming in, and what keeps one's own account safe."""
