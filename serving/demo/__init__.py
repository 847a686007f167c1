"""`refund-triage demo`: real texts through the running service, and what came of them."""
