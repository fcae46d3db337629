"""Reads Azure's own SDKs into the emulator's tables. It must not know what the emulator does with them."""
