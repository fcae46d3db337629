"""What pull requests, merges and people set going, on the real engine, against a local Azure that stands in for Azure."""
