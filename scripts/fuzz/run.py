"""Fuzzes one target: `python -m scripts.fuzz.run TARGET [options of libFuzzer]`. Needs atheris."""

import sys

import atheris


def main() -> None:
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["tenfold", "python_multipart"]):
        from scripts.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], "-timeout=10", "-rss_limit_mb=2048", *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
