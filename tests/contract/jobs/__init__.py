"""Jobs, tracking and run history, held by azure-ai-ml and mlflow."""
