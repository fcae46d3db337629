"""Builders that tests share: small and local, no towers of fixtures."""
