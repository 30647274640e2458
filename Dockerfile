FROM python:3.11-slim AS packages
COPY requirements-production.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --requirement requirements-production.txt

FROM python:3.11-slim
# The HTTP client trusts the authorities that the system trusts.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data studio \
 && install --directory --owner studio /data /static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    STUDIO_DATA=/data STATIC_ROOT=/static HOST=0.0.0.0 PORT=8000 LOG_LEVEL=INFO LOG_FORMAT=json
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
USER studio
RUN STUDIO_DATA=/tmp/build python manage.py collectstatic --no-input && rm -rf /tmp/build
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
# One container is a whole studio; let it finish its calls with --stop-timeout 670. compose.yaml runs its parts side by
# side.
CMD ["python", "manage.py", "studio"]
