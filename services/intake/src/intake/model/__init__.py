"""What intake keeps: reports of concern and applications, each a stream of its own."""
