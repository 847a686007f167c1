"""Who may do what: reviewers with passwords and roles, programs with API keys."""
