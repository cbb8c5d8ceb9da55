# Kakehashi in a container.
#
#   docker build -t kakehashi .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8080:8080 \
#     -v kakehashi-data:/data -v ./kakehashi.toml:/data/kakehashi.toml:ro kakehashi
#
# The settings are /data/kakehashi.toml; a relative database file lies beside them, on the volume.
# To freeze the base image: --build-arg PYTHON_DIGEST=sha256:...
ARG PYTHON_TAG=3.11-slim-bookworm
ARG PYTHON_DIGEST=

FROM python:${PYTHON_TAG}${PYTHON_DIGEST:+@${PYTHON_DIGEST}} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /source
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt \
 && python -m venv /opt/kakehashi \
 && /opt/kakehashi/bin/pip install --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY bot bot
COPY commands commands
COPY integrations integrations
COPY migrations migrations
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/kakehashi/bin/pip install --no-deps --no-index /wheels/*.whl \
 && /opt/kakehashi/bin/python -m compileall -q /opt/kakehashi/lib \
 && /opt/kakehashi/bin/pip uninstall --yes pip

FROM python:${PYTHON_TAG}${PYTHON_DIGEST:+@${PYTHON_DIGEST}}
LABEL org.opencontainers.image.title="Kakehashi" \
      org.opencontainers.image.licenses="Apache-2.0"
# Inside a container loopback reaches nobody; what is published is decided with -p.
ENV PATH=/opt/kakehashi/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    KAKEHASHI_HTTP__HOST=0.0.0.0 \
    KAKEHASHI_HTTP__PORT=8080
RUN groupadd --system --gid 10001 kakehashi \
 && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home \
      --shell /usr/sbin/nologin kakehashi \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/kakehashi /opt/kakehashi
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['KAKEHASHI_HTTP__PORT'] + '/healthz', timeout=4)"]
CMD ["kakehashi", "serve"]
