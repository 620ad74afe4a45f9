"""How a page that a report wrote is served: one file with everything inside, shut off from the API."""

# Sandboxed without allow-same-origin: it has an origin of its own, sends no cookie, reads no answer of ours.
# Its policy lets it fetch nothing; its own scripts and styles stand in it.
SANDBOX = (
    "sandbox allow-scripts allow-downloads allow-popups; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
