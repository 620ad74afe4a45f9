"""What the page and the phone app do in a real Chromium, and how long it takes."""
