"""What people read about a change."""
