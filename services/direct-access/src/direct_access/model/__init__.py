"""What has happened and what holds: one file for each kind of stream."""
