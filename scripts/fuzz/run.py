"""Fuzzes one target: `python -m scripts.fuzz.run TARGET [FOLDER] [options of libFuzzer]`. Needs atheris.

FOLDER: where inputs that reach something new are kept for the next time.
"""

import sys
import tempfile
from pathlib import Path

import atheris


def main() -> None:
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["tenfold", "python_multipart"]):
        from scripts.fuzz.targets import TARGETS
    from scripts.fuzz.seeds import SEEDS, WORDS

    # libFuzzer ends the process, so that nothing behind Fuzz() is reached: what is written here is small.
    folder = Path(tempfile.mkdtemp(prefix=f"tenfold-fuzz-{name}-"))
    words = folder.with_suffix(".dict")
    words.write_text("".join(f'"{word}"\n' for word in WORDS[name]))
    for number, seed in enumerate(SEEDS[name]):
        (folder / str(number)).write_bytes(seed)
    own = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=32768", f"-dict={words}"]
    atheris.Setup([sys.argv[0], *own, *options, str(folder)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
