"""`make bench`: ratios of one run on one machine, written to docs/performance.md. No test depends on a figure."""
