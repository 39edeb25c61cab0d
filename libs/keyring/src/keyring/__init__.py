"""Sealing of personal data, pseudonyms and shredding."""
