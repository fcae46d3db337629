"""What was changed in a cloud without git: told, taken over, or undone."""
