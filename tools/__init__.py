"""The project's own tools: set-up, locks, checks, benchmarks, generated tables. Nothing here is installed anywhere."""
