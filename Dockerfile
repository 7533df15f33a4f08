FROM python:3.11-slim

# The data live in the volume: database, signing key, logs, backups.
ENV CAMTAY_DATA=/data PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONPATH=/app
WORKDIR /app

# For ./camtay backup and restore where the data are in PostgreSQL; doctor says when the server is newer than these.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/*

COPY requirements/run.lock requirements/run.lock
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.lock

# What listens to voice messages, 260 MB: `docker build --build-arg VOICE=yes`.
ARG VOICE=no
COPY requirements/voice.lock requirements/voice.lock
RUN [ "$VOICE" != yes ] \
 || pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/voice.lock

COPY config.yaml ./
COPY flows flows
COPY storage storage
COPY bot bot
COPY lessons lessons
COPY docs/guides docs/guides
RUN python -m compileall -q bot storage flows \
 && useradd --system --uid 10001 --home-dir /data camtay \
 && install -d -o camtay -g camtay -m 0700 /data

USER camtay
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
# Every open page is a file: the tutor raises its limit to 4224 by itself, as far as the container's hard limit lets it
# (`--ulimit nofile=8192`); how many pages that makes is said at start.
ENTRYPOINT ["python", "-P", "-m", "bot"]
CMD ["run", "--host", "0.0.0.0"]
