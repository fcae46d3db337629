"""Releases on their way from environment to environment, and every way back, as commits."""
