"""What is asked of each kind of stream, and what the Act and the board answer."""
