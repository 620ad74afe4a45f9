"""What measures tenfold and its peers (`python -m benchmarks.NAME`). Results and trained runs lie beside."""

# First of all, whatever a script imports itself: it keeps ONNX Runtime from reporting to its makers.
import tenfold as tenfold
