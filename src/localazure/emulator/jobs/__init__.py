"""Command jobs that really run: files from blob storage, a child process, logs and outputs back to blob storage.

It knows ARM bodies and the emulator's services; it knows neither HTTP nor how MLflow is started.
"""

from .service import Jobs

__all__ = ["Jobs"]
