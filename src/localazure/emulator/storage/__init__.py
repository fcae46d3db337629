"""Blob storage: Azurite as the store, and before it the gate that checks keys, signatures, tokens and roles.

It must not know what is stored: jobs, models and environments are other rooms' business.
"""
