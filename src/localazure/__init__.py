"""A local Azure to rehearse on: an ARM emulator and a stand-in for Pulumi's azure-native plugin.

Production never imports this package; its command line is started as a process by whoever wants a rehearsal.
"""
