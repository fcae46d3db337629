"""What pull requests, merges and people set going, on the real engine; a local Azure stands in for Azure."""
