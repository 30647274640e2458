"""A call as Python: OpenAI's own library where the wire has its shape, else nothing but the standard library."""

from generations.dialects import JOBS, VIDEOS
from generations.dialects.jobs import RECORD
from generations.dialects.serving import AS_URL
from generations.scripts.calls import Call
from generations.scripts.quoting import literal


def python(call: Call, base: str) -> str:
    """The call, and what is done until the picture is there."""
    follow = {VIDEOS.name: _video, JOBS.name: _job}.get(call.dialect)
    return f"{_standard(base)}\n\n\n{follow(call)}\n" if follow else f"{_openai(call, base)}\n"


def _standard(base: str) -> str:
    return f"""import json
import os
import time
import urllib.request

BASE = {literal(base)}
KEY = os.environ["GPT_STUDIO_KEY"]


def call(path, body=None):
    headers = {{"Authorization": f"Bearer {{KEY}}", "Content-Type": "application/json"}}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(BASE + path, data, headers)) as answer:
        return json.load(answer)"""


def _video(call: Call) -> str:
    return f"""task = call({literal(call.path)}, {literal(call.fields)})
while task["status"] in ("queued", "in_progress"):
    time.sleep(2)
    task = call(f"{VIDEOS.ask("").path}{{task['id']}}")
print(task.get("video_url") or task["error"]["message"])"""


def _job(call: Call) -> str:
    return f"""task = call({literal(call.path)}, {literal(call.fields)})["data"]["taskId"]
record = {{"state": "waiting"}}
while record["state"] == "waiting":
    time.sleep(2)
    record = call(f"{RECORD}?taskId={{task}}")["data"]
urls = json.loads(record["resultJson"] or "{{}}").get("resultUrls")
print(urls or record["failMsg"])"""


def _openai(call: Call, base: str) -> str:
    verb = "edit" if call.files else "generate"
    return "\n".join(
        [
            *([] if call.form == AS_URL else ["import base64"]),
            "import os",
            *(["from pathlib import Path"] if call.files else []),
            "",
            "from openai import OpenAI",
            "",
            f'client = OpenAI(base_url={literal(f"{base}/v1")}, api_key=os.environ["GPT_STUDIO_KEY"])',
            f"answer = client.images.{verb}(",
            *(f"    {name}={literal(value)}," for name, value in call.fields.items()),
            *_files(call),
            ")",
            *_pictures(call),
        ]
    )


def _files(call: Call) -> list[str]:
    pictures = [f"Path({literal(file)})" for name, file in call.files if name != "mask"]
    masks = [f"    mask=Path({literal(file)})," for name, file in call.files if name == "mask"]
    return [f"    image=[{', '.join(pictures)}],", *masks] if pictures else []


def _pictures(call: Call) -> list[str]:
    if call.form == AS_URL:
        return ["for picture in answer.data:", "    print(picture.url)"]
    return [
        "for number, picture in enumerate(answer.data, 1):",
        f'    with open(f"picture-{{number}}.{call.ending}", "wb") as file:',
        "        file.write(base64.b64decode(picture.b64_json))",
    ]
