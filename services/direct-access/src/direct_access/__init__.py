"""Support without individual needs assessment."""
