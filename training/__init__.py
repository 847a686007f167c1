"""From labelled requests to a promoted model."""
