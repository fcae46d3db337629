"""GitOps for Azure Machine Learning: what production uses. It never imports the local Azure."""
