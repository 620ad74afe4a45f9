"""Finds entries by filters: pages, counts, the review queue. Changes nothing."""
