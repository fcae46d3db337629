"""Online endpoints, held by azure-ai-ml and azure-mgmt-machinelearningservices."""
