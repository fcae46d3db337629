"""Azure Monitor, held by azure-mgmt-monitor where it has the operation, by plain REST where no client is here."""
