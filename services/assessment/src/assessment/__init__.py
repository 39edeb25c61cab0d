"""Investigations, decisions and the support that follows from them."""
