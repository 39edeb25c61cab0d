"""An investigation: what happens in one (`events`), and what is known of it afterwards (`investigation`)."""
