"""What we time, each figure beside the limit measured in the same run: docs/performance.md."""
