"""What is shown: the follow-ups of children, what is known of each case, and the results of both ways to support."""
