"""Which entries filters mean: pages, counts, the review queue. Changes nothing."""
