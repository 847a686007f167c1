"""The challenger beside the champion: its answers are stored and compared, never acted upon."""
