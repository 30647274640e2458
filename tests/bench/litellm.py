"""LiteLLM's proxy in an environment of its own: one worker process, no database, two image models of one provider."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx

from tests.bench.workers import running
from tests.live.studio import ROOT, free_port, wait_for

PROGRAM = ROOT / ".venv" / "peer" / "bin" / "litellm"
KEY = "sk-bench"
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}


@dataclass(frozen=True, slots=True)
class Peer:
    url: str
    pid: int


@contextmanager
def litellm(upstream: str, image_models: list[str]) -> Iterator[Peer]:
    """The proxy, ready, until the block is over."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.yaml"
        settings.write_text(json.dumps(_settings(upstream, image_models)))  # JSON is YAML too
        command = [str(PROGRAM), "--config", str(settings), "--host", "127.0.0.1", "--port", str(port)]
        environment = {name: os.environ[name] for name in ("PATH", "HOME")} | QUIET
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "text": True}
        with running(subprocess.Popen(command, env=environment, cwd=folder, **pipes)) as process:
            peer = Peer(f"http://127.0.0.1:{port}", process.pid)
            wait_for(lambda: _is_ready(peer), 120, "the peer's start")
            yield peer


def _settings(upstream: str, image_models: list[str]) -> dict[str, object]:
    served = [
        {
            "model_name": name,
            "litellm_params": {"model": f"openai/{name}", "api_base": f"{upstream}/v1", "api_key": "good-key"},
            "model_info": {"mode": "image_generation"},
        }
        for name in image_models
    ]
    dropping = {"drop_params": True}  # it knows of no `response_format` for these models
    return {"model_list": served, "litellm_settings": dropping, "general_settings": {"master_key": KEY}}


def _is_ready(peer: Peer) -> bool:
    try:
        return httpx.get(f"{peer.url}/health/liveliness", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
