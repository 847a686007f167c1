"""What really happened to a refund, as the platform, an inspection or an appeal tells it."""
