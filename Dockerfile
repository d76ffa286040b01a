# An image that serves a shop, built of this checkout alone: docker build --tag onhand .
# How it is run: docs/deployment.md. Tests carry out the commands below (tests/packaging).

# The Python that everything here is tested on.
ARG PYTHON=3.11-slim-bookworm

# What the web app is built with; none of it stays.
ARG NODE=22-bookworm-slim

FROM node:${NODE} AS node

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /opt/build && python -m venv /opt/onhand
# What seldom changes comes first, and is kept between builds: every package by version and hash.
COPY requirements/build.txt requirements/image.txt requirements/
RUN /opt/build/bin/python -m pip install --require-hashes -r requirements/build.txt
RUN /opt/onhand/bin/python -m pip install --require-hashes --only-binary :all: -r requirements/image.txt
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/ /usr/local/lib/node_modules/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
COPY pyproject.toml hatch_build.py README.md CHANGELOG.md LICENSE .gitignore ./
COPY frontend/ frontend/
COPY src/ src/
RUN /opt/build/bin/python -m hatchling build -t wheel -d /wheels
RUN /opt/onhand/bin/python -m pip install --no-index --no-deps /wheels/*.whl

FROM python:${PYTHON}
COPY --from=build /opt/onhand /opt/onhand
RUN install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/onhand
ENV PATH=/opt/onhand/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ONHAND_HOST=0.0.0.0 \
    ONHAND_PORT=8080 \
    ONHAND_DATABASE=sqlite:////var/lib/onhand/onhand.db
# Nothing else is written, but files that are being sent or received, in /tmp.
VOLUME /var/lib/onhand
WORKDIR /var/lib/onhand
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"ONHAND_PORT\"]}/_health/ready', timeout=4)"]
ENTRYPOINT ["onhand"]
CMD ["serve"]
