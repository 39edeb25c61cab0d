"""The service for people: citizens' forms in every language, the caseworkers' pages in Swedish."""
