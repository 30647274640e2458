"""A call as JavaScript: a module for Node 20, which needs nothing beside it."""

from generations.dialects import JOBS, VIDEOS
from generations.dialects.jobs import RECORD
from generations.dialects.serving import AS_URL
from generations.scripts.calls import Call
from generations.scripts.quoting import literal


def javascript(call: Call, base: str) -> str:
    """The call, and what is done until the picture is there."""
    follow = {VIDEOS.name: _video, JOBS.name: _job}.get(call.dialect)
    return f"{_function(base)}\n\n{follow(call)}\n" if follow else f"{_at_once(call, base)}\n"


def _function(base: str) -> str:
    return f"""const base = {literal(base)};
const headers = {{
  Authorization: `Bearer ${{process.env.GPT_STUDIO_KEY}}`,
  "Content-Type": "application/json",
}};

async function call(path, body) {{
  const answer = await fetch(base + path, {{ method: body ? "POST" : "GET", headers, body: JSON.stringify(body) }});
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}}

const pause = () => new Promise((done) => setTimeout(done, 2000));"""


def _video(call: Call) -> str:
    return f"""let task = await call({literal(call.path)}, {literal(call.fields)});
while (["queued", "in_progress"].includes(task.status)) {{
  await pause();
  task = await call(`{VIDEOS.ask("").path}${{task.id}}`);
}}
console.log(task.video_url ?? task.error.message);"""


def _job(call: Call) -> str:
    return f"""const made = await call({literal(call.path)}, {literal(call.fields)});
let record = {{ state: "waiting" }};
while (record.state === "waiting") {{
  await pause();
  record = (await call(`{RECORD}?taskId=${{made.data.taskId}}`)).data;
}}
console.log(record.resultJson ? JSON.parse(record.resultJson).resultUrls : record.failMsg);"""


def _at_once(call: Call, base: str) -> str:
    parts = [_imports(call), *([_form(call)] if call.files else []), _fetch(call, base), _pictures(call)]
    return "\n".join(filter(None, parts))


def _imports(call: Call) -> str:
    verbs = [*(["readFile"] if call.files else []), *(["writeFile"] if call.form != AS_URL else [])]
    return f'import {{ {", ".join(verbs)} }} from "node:fs/promises";\n' if verbs else ""


def _form(call: Call) -> str:
    texts = [f"form.append({literal(name)}, {literal(str(value))});" for name, value in call.fields.items()]
    files = [
        f"form.append({literal(name)}, new Blob([await readFile({literal(file)})]), {literal(file)});"
        for name, file in call.files
    ]
    return "\n".join(["const form = new FormData();", *texts, *files])


def _fetch(call: Call, base: str) -> str:
    headers = ["Authorization: `Bearer ${process.env.GPT_STUDIO_KEY}`"]
    body = "form"
    if not call.files:
        headers.append('"Content-Type": "application/json"')
        body = f"JSON.stringify({literal(call.fields, 2)})"
    return f"""const answer = await fetch({literal(base + call.path)}, {{
  method: "POST",
  headers: {{ {", ".join(headers)} }},
  body: {body},
}});
if (!answer.ok) throw new Error(await answer.text());
const {{ data }} = await answer.json();"""


def _pictures(call: Call) -> str:
    if call.form == AS_URL:
        return "for (const picture of data) console.log(picture.url);"
    return f"""for (const [place, picture] of data.entries()) {{
  await writeFile(`picture-${{place + 1}}.{call.ending}`, Buffer.from(picture.b64_json, "base64"));
}}"""
