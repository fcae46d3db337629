"""Azure Monitor as its readers see it: metrics and logs of what the front served, and who did what through ARM.

It reads what others wrote down and must not change anything; what it tells comes late, as in Azure.
"""
