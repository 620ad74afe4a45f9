"""Accounts over HTTP: sessions, people, tokens and the audit log."""
