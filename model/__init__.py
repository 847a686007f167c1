"""What a refund request is and how it is judged: no web, database or tracker in here."""
