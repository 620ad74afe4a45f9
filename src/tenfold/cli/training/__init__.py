"""Commands about training: `train`, `runs`, `network`."""
