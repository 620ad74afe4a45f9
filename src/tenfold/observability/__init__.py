"""Metrics, logs, traces and drift, for operators of a server."""
