"""What every ARM resource type shares: ids, errors, etags, paging, operations, validation. It knows no single type."""
