"""Tests: unit (mirrors src and infra), contract (the emulator against Azure's own clients), e2e (the real engine)."""
