"""Child processes that end with the emulator, however it ends.

PDEATHSIG in the child, its pid and start time on record, and a sweep at the next start for what a kill -9 left behind.
"""
