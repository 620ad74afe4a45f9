"""What operators of a server look at: metrics, logs, traces, drift."""
