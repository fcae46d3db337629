"""The ARM emulator: Azure's control and data planes on loopback, as Azure's own clients use them.

It must not know Pulumi, the adapter, environments or manifests: it would mirror our mistakes instead of Azure.
"""
