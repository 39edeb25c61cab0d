"""The service for people: citizens' pages in every language, staff's in Swedish."""
