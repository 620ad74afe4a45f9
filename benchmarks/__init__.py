"""What measures tenfold and its peers: `python -m benchmarks.serving.latency`. Results are in `results`."""

# First of all, whatever a script imports itself: it keeps ONNX Runtime from reporting to its makers.
import tenfold as tenfold
