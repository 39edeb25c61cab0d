"""An invented service with one of everything that chassis gives to pages and routes."""
