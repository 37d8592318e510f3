# Every step is one of the scripts that people run by hand.
FROM python:3.12-slim-bookworm
RUN useradd --create-home beatline && mkdir /data && chown beatline /data
WORKDIR /opt/beatline
COPY --chown=beatline . .
RUN chown beatline /opt/beatline
USER beatline
RUN scripts/install
ENV BEATLINE_HOST=0.0.0.0 BEATLINE_DATA_DIR=/data
VOLUME /data
EXPOSE 8717
HEALTHCHECK CMD [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8717/healthz', timeout=3)"]
CMD [".venv/bin/beatline", "serve"]
