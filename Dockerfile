# tenfold in a container: `docker build -t tenfold .`, with training `docker build -t tenfold:train --target train .`
# How to run it: docs/how-to/container.md. `make check-container` builds and uses it.

# Any Debian or Ubuntu with Python 3.11 or newer, venv and CA certificates will do for both. scripts/with-node takes
# Node from the Python package index where the image for the page has none.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${NODE_IMAGE} AS page
WORKDIR /source/frontend
COPY constraints.txt /source/
COPY scripts/with-node scripts/new-venv scripts/bootstrap_pip.py /source/scripts/
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN ../scripts/with-node npm ci
COPY frontend ./
# Charts look as in reports.
COPY src/tenfold/evaluation/report/templates/charts.css /source/src/tenfold/evaluation/report/templates/
RUN ../scripts/with-node npm run build

# pip has an environment of its own, so that none is in the image.
FROM ${PYTHON_IMAGE} AS pip
RUN python3 -m venv /opt/pip
WORKDIR /source
COPY constraints.txt requirements.lock ./
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

FROM pip AS wheel
RUN /opt/pip/bin/pip install -c constraints.txt setuptools
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
COPY --from=page /source/src/tenfold/web/static ./src/tenfold/web/static
RUN /opt/pip/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist .

# The versions and contents of requirements.lock, and nothing else.
FROM pip AS environment
RUN python3 -m venv --without-pip /opt/tenfold \
    && /opt/pip/bin/pip --python /opt/tenfold install --require-hashes --only-binary :all: -r requirements.lock
COPY --from=wheel /dist /dist
RUN /opt/pip/bin/pip --python /opt/tenfold install --no-deps --no-index /dist/*.whl
# Whichever user the container runs as may write in /data; a new volume takes this over.
RUN mkdir -p /image/data && chmod 0777 /image/data

# torch by itself and first: whatever needs it finds it there, and pulls no other build of it. The builds of one
# version differ between indexes, so it is pinned by version, and with it the rest, by constraints.txt.
FROM environment AS train-environment
ARG TORCH_ARGS=""
RUN /opt/pip/bin/pip --python /opt/tenfold install "$(grep ^torch== constraints.txt)" ${TORCH_ARGS}
RUN /opt/pip/bin/pip --python /opt/tenfold install -c constraints.txt "$(echo /dist/*.whl)[train,parquet,tracking]"

FROM ${PYTHON_IMAGE} AS base
LABEL org.opencontainers.image.title="tenfold" \
      org.opencontainers.image.description="Turns labelled pictures into an image classifier and puts it to work" \
      org.opencontainers.image.licenses="Apache-2.0"
# HOME and USER: a user without an entry in /etc/passwd has neither. Caches go to /tmp.
ENV PATH=/opt/tenfold/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    USER=tenfold \
    TENFOLD_HOME=/data \
    TENFOLD_HOST=0.0.0.0
COPY --from=environment /image /
VOLUME /data
WORKDIR /data
USER 10001:0
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["tenfold", "health"]
# Whatever is made in /data can be used by another user of the same group: `docker run --user` may change.
ENTRYPOINT ["/bin/sh", "-c", "umask 0007; exec tenfold \"$@\"", "tenfold"]
CMD ["serve"]

FROM base AS train
COPY --from=train-environment /opt/tenfold /opt/tenfold

# The last one is what `docker build` makes when no target is named.
FROM base AS serve
COPY --from=environment /opt/tenfold /opt/tenfold
