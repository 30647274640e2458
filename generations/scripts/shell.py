"""A call as commands for a shell: curl, and grep to read the answer."""

from generations.dialects import JOBS, VIDEOS
from generations.dialects.jobs import RECORD
from generations.dialects.serving import AS_URL
from generations.scripts.calls import Call
from generations.scripts.quoting import literal, quoted

_CURL = "curl --silent --show-error"
_KEY = '-H "Authorization: Bearer $GPT_STUDIO_KEY"'
_JSON = "-H 'Content-Type: application/json'"
_SAVED = "> answer.json"


def shell(call: Call, base: str) -> str:
    """The call, and what is done until the picture is there."""
    made = " \\\n  ".join([f"{_CURL} {quoted(base + call.path)}", _KEY, *_body(call)])
    follow = {VIDEOS.name: _follow_video, JOBS.name: _follow_job}.get(call.dialect)
    return f"{made} {_SAVED}\n\n{follow(base) if follow else _at_once(call)}\n"


def _body(call: Call) -> list[str]:
    """JSON or a form. `--form-string` takes a text for what it is, where `-F` would look for a file behind an `@`."""
    if not call.files:
        return [_JSON, f"-d {quoted(literal(call.fields, 2))}"]
    texts = [f"--form-string {quoted(f'{name}={value}')}" for name, value in call.fields.items()]
    return [*texts, *(f"-F {quoted(f'{name}=@{file}')}" for name, file in call.files)]


def _follow_video(base: str) -> str:
    ask = f'{_CURL} {quoted(base + VIDEOS.ask("").path)}"$task"'
    return _follow("gpt_img_[0-9a-f]*", '"status": *"(queued|in_progress)"', ask)


def _follow_job(base: str) -> str:
    ask = f'{_CURL} {quoted(f"{base}{RECORD}?taskId=")}"$task"'
    return _follow("task_[0-9a-f]*", '"taskId": *"[^"]*"[}]|"state": *"waiting"', ask)


def _follow(task: str, under_way: str, ask: str) -> str:
    """Ask until it is over. What went wrong is in the last answer, whichever that was."""
    return f"""task=$(grep -o '{task}' answer.json)

while grep -Eq '{under_way}' answer.json; do
  sleep 2
  {ask} \\
    {_KEY} {_SAVED}
done
cat answer.json"""


def _at_once(call: Call) -> str:
    if call.form == AS_URL:
        return "cat answer.json"
    read = """grep -o '"b64_json": *"[^"]*"' answer.json"""
    numbers = range(1, call.count + 1)
    return "\n".join(
        f"{read} | sed -n {number}p | cut -d '\"' -f 4 | base64 --decode > picture-{number}.{call.ending}"
        for number in numbers
    )
