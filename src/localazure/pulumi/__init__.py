"""What Pulumi's engine starts instead of the vendor's plugins: an azure-native adapter and a thin Python language host.

It derives from the installed `pulumi_azure_native` and the rules in `rules/`. It knows an endpoint, a CA and a
credential, nothing of the emulator; it refuses every endpoint that is not loopback, so that nobody can take it for
Pulumi's own plugin.
"""
