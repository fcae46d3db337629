"""Azure Resource Manager over HTTPS: settings, token, requests, retries, long-running operations. Loopback only."""
