"""What became of people, on both ways to support."""
