"""What may be done with what comes in, and by whom."""
