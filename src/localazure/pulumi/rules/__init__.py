"""What the SDK does not say about its types: paths, names on the wire, replacement, secrets, actions.

Sources: the ARM specifications' path templates, the vendor plugin's published metadata rules, and what its generator
does to names. Nothing here comes from the emulator.
"""
