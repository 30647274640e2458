// The calls of a program that was written for OpenAI, by OpenAI's own package: its address and its key come from the
// environment, where the package looks for them. What each call heard is printed as one JSON object.
import { createReadStream } from "node:fs";
import OpenAI, { toFile } from "openai";

globalThis.File ??= (await import("node:buffer")).File; // Node 18 has no such global yet

const [picture, mask] = process.argv.slice(2);
const client = new OpenAI();
const poor = new OpenAI({ apiKey: process.env.POOR_KEY });
const stranger = new OpenAI({ apiKey: "gs_live_none" });
const cat = { model: "sketch", prompt: "a cat", size: "1024x1024" };

const kind = (bytes) => ({ "89504e47": "PNG", ffd8ffe0: "JPEG" })[Buffer.from(bytes).toString("hex", 0, 4)];
const fetched = async (answer) => kind(await (await answer).arrayBuffer());
const decoded = (base64) => kind(Buffer.from(base64, "base64"));

/** What the first picture of an answer is. */
const seen = ({ data: [{ b64_json, url }] }) => (url ? fetched(fetch(url)) : decoded(b64_json));

/** What a program sees of an error: its class, and what the class has read of the answer. */
const told = (wrong) => {
  const { status, code, param, type, requestID, message } = wrong;
  return { class: wrong.constructor.name, status, code, param, type, requestID, message };
};

/** The types of a stream's events, and what the last one's picture is. */
async function streamed(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return { types: events.map((event) => event.type), picture: decoded(events.at(-1).b64_json) };
}

/** What comes of a call whose line breaks when the first answer has come: the package asks again by itself. */
async function triedAgain(call) {
  const tries = [];
  const answers = [];
  const cut = async (url, said) => {
    tries.push(new Headers(said.headers).get("x-stainless-retry-count"));
    const answer = await fetch(url, said);
    answers.push(answer.headers);
    if (answers.length > 1) return answer;
    await answer.arrayBuffer();
    throw new Error("cut off");
  };
  const picture = await seen(await call(new OpenAI({ fetch: cut })));
  const each = (name) => answers.map((headers) => headers.get(name));
  return { tries, picture, replayed: each("idempotent-replayed"), jobs: each("x-studio-job") };
}

const calls = {
  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    return names;
  },
  model: () => client.models.retrieve("sketch"),

  async generated() {
    const made = await client.images.generate({ ...cat, n: 2, output_format: "jpeg" });
    return { ...made, data: made.data.length, picture: await seen(made), id: made._request_id };
  },
  async linked() {
    const made = await client.images.generate({ ...cat, model: "gpt-image-2-official", response_format: "url" });
    return { keys: Object.keys(made.data[0]), picture: await seen(made) };
  },
  async headed() {
    const wish = { model: "gpt-image-2-vip", prompt: "a cat", size: "1280x720", response_format: "b64_json" };
    const made = await client.images.generate(wish);
    return made.data[0].b64_json.slice(0, 22);
  },

  editedFile: async () => seen(await client.images.edit({ ...cat, image: createReadStream(picture) })),
  async editedFiles() {
    const image = [await toFile(createReadStream(picture), "one.png"), createReadStream(picture)];
    const wish = { model: "gpt-image-2", prompt: "two cats and a mask", image, mask: createReadStream(mask) };
    return seen(await client.images.edit(wish));
  },

  streamed: async () => streamed(await client.images.generate({ ...cat, stream: true, partial_images: 2 })),
  streamedEdit: async () => streamed(await client.images.edit({ ...cat, image: createReadStream(picture), stream: true })),
  brokenStream: async () =>
    streamed(await client.images.generate({ model: "gpt-image-2", prompt: "a cat [fail=refused]", stream: true })),

  async video() {
    const wish = { model: "gpt-image-2", prompt: "a film of a cat", metadata: { size: "1080x1920", urls: [] } };
    let task = await client.videos.create(wish);
    while (["queued", "in_progress"].includes(task.status)) {
      await new Promise((wake) => setTimeout(wake, 500));
      task = await client.videos.retrieve(task.id);
    }
    return { ...task, content: await fetched(client.videos.downloadContent(task.id)) };
  },

  strange: () => stranger.models.list(),
  nobodys: () => client.images.generate({ ...cat, model: "nobodys" }),
  unknown: () => client.images.generate({ ...cat, response_format: "url" }),
  refused: () => client.images.generate({ model: "gpt-image-2-official", prompt: "a cat [fail=refused]" }),
  missing: () => client.models.retrieve("nobodys"),
  poor: () => poor.images.generate({ ...cat, prompt: "a cat for nothing" }),
  poorVip: () => poor.images.generate({ model: "gpt-image-2-vip", prompt: "a cat for nothing" }),
  failed: () => client.images.generate({ model: "gpt-image-2-official", prompt: "a lost cat [fail=task_failed]" }),

  again: () => triedAgain((cut) => cut.images.generate({ model: "gpt-image-2-vip", prompt: "a cat cut off" })),
  editedAgain: async () => {
    const image = await toFile(createReadStream(picture), "one.png");
    return triedAgain((cut) => cut.images.edit({ model: "gpt-image-2-vip", prompt: "a cat cut off in a form", image }));
  },
};

const heard = Object.entries(calls).map(async ([name, call]) => [name, await call().catch(told)]);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(heard))));
