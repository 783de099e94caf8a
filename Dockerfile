# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /app
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
# The lock holds the tools of development, too; only what the product depends on is installed, at the locked versions.
RUN sed -E 's/ *--hash=[^ ]+//; s/ *\\$//; /^ *(#|$)/d' requirements.lock > constraints.txt
COPY server server
COPY streaming streaming
COPY agents agents
COPY static static
RUN /app/bin/pip install --constraint constraints.txt .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="OrchestratAI" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /data app && install -d -o app -g app /data
COPY --from=build /app /app
USER app
WORKDIR /data
VOLUME /data
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 DATA_DIR=/data LOG_FORMAT=json
EXPOSE 8000
# SIGTERM drains: 2 s to be taken out of the proxy, 25 s for active runs, a few for the rest.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u, os; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/ready', timeout=2)"]
CMD ["orchestratai", "serve"]
