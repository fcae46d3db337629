"""The platform's evaluation: a program that runs as a job beside a release's own scoring code, and measures it.

It is packed and sent along, so it knows nothing but Python's standard library (3.10 or newer). The scoring code runs in
a process of its own and is given rows without what they should be answered with.
"""
