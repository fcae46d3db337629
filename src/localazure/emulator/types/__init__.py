"""What a resource type does beyond its table, one type a file. A type without a file has a table and nothing more."""
