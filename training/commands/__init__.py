"""Commands of refund-train, one module each; registered in training/cli.py."""
