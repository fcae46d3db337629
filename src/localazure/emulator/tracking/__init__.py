"""MLflow tracking: a real MLflow server behind our token check, an MLflow workspace for each Azure ML workspace.

It knows runs and their ids; it doesn't know what a job is beyond its name, experiment and display name.
"""

from .server import TrackingUnavailable
from .service import Tracking

__all__ = ["Tracking", "TrackingUnavailable"]
