"""Side by side on this machine: this service, its floor, and the usual ways to serve the same model."""
