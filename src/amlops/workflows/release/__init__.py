"""A release from its training to its commit, and what makes one due."""
