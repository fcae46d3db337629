"""One program a kind of stack. What they declare comes from git alone, but for the live values of the provider."""
