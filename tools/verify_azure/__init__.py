"""`make verify-azure`: the whole story once on a real subscription, with a cap on its cost, and nothing left behind.

It drives the command line as people do, asks Azure what the repository takes for granted, and records the answers. It
knows no GitHub. Against a local Azure (AMLOPS_AZURE_HOME) it does the same, which is how its own paths are tested.
"""
