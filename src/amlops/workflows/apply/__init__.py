"""A stack brought to what git declares, or deleted: under its lease, guarded, with evidence."""
