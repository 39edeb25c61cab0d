"""A request's work, the same for people (`pages`) and programs (`api`): from what was sent to what happened."""
