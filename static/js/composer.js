// The composer's own manners: count as one types, send by Ctrl+Enter, take pictures that are pasted or dropped.
// The form works without any of it. Listeners hang on the document, because htmx replaces what is inside.

const composer = () => document.getElementById("composer");
const prompt = () => document.getElementById("composer_prompt");

// What was said of a field is over once the field is changed; the price line says what is wrong with it now.
function forgive(field) {
  field.removeAttribute("aria-invalid");
  if (field.name) document.getElementById(`composer_${field.name}_error`)?.replaceChildren();
}

// --- the prompt ---------------------------------------------------------------------------------

function count() {
  const [field, counted, counter] = [prompt(), document.getElementById("counted"), document.getElementById("counter")];
  if (!field || !counted) return;
  const length = [...field.value].length;
  counted.textContent = length.toLocaleString(document.documentElement.lang);
  counter.toggleAttribute("data-over", length > Number(counter.dataset.limit));
}

function grow() {
  const field = prompt();
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.rows = Math.max(5, field.value.split("\n").length + Math.floor(field.value.length / 50));
}

function keepDraft() {
  sessionStorage.setItem(composer().dataset.draft, prompt().value);
}

function bringDraft() {
  const kept = composer() && sessionStorage.getItem(composer().dataset.draft);
  if (kept && !prompt().value) {
    prompt().value = kept;
    prompt().dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#composer")) forgive(event.target);
  if (event.target !== prompt()) return;
  count();
  grow();
  keepDraft();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !event.target.closest("#composer")) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    document.getElementById("create-button")?.click();
  } else if (event.target.matches("#composer_link")) {
    event.preventDefault();
    addLink();
  } else if (event.target.matches("input")) {
    event.preventDefault();
  }
});

// --- references ---------------------------------------------------------------------------------

const shelf = () => document.getElementById("references");
const kept = () => document.querySelectorAll("#slots [data-kept], #slots [data-coming]");
const room = () => (shelf() ? Number(shelf().dataset.most) - kept().length : 0);

function changed() {
  shelf().dispatchEvent(new Event("change", { bubbles: true }));
}

function comingSlot(file) {
  const slot = document.createElement("li");
  slot.className = "slot";
  slot.dataset.coming = "";
  if (file) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    slot.append(image);
  }
  document.querySelector("#slots .slot-add").before(slot);
  return slot;
}

function refuse(html) {
  document.getElementById("composer_reference_error").insertAdjacentHTML("beforeend", html);
}

async function keep(fields, file) {
  const slot = comingSlot(file);
  const body = new FormData();
  body.set("csrfmiddlewaretoken", composer().elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  let isKept = false;
  try {
    const answer = await fetch(shelf().dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } });
    const door = answer.headers.get("HX-Redirect");
    isKept = answer.ok && !door;
    if (door) location.assign(door);
    else if (isKept) slot.outerHTML = await answer.text();
    else if (answer.status === 422) refuse(await answer.text());
    else throw new Error(String(answer.status));
  } catch {
    refuse(document.getElementById("trouble").innerHTML);
  } finally {
    slot.remove();
    if (file) URL.revokeObjectURL(slot.querySelector("img")?.src);
  }
  changed();
  return isKept;
}

function addFiles(files) {
  if (!shelf() || !files.length) return;
  document.getElementById("composer_reference_error").replaceChildren();
  const taken = [...files].slice(0, Math.max(room(), 0));
  for (const file of taken) keep({ file }, file);
  if (taken.length < files.length) refuse(document.getElementById("shelf-full").innerHTML);
}

async function addLink() {
  const field = document.getElementById("composer_link");
  const link = field.value.trim();
  if (!link) return;
  document.getElementById("composer_reference_error").replaceChildren();
  if (room() < 1) return refuse(document.getElementById("shelf-full").innerHTML);
  field.value = "";
  if (!(await keep({ link }))) giveBack(link);
}

// A refused address is there to be mended, unless another one was begun meanwhile.
function giveBack(link) {
  const field = document.getElementById("composer_link");
  if (field && !field.value) field.value = link;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches(".slot-input")) return;
  addFiles([...event.target.files]);
  event.target.value = "";
});

document.addEventListener("click", (event) => {
  const remove = event.target.closest(".slot-remove");
  if (remove) {
    event.preventDefault();
    const slot = remove.closest(".slot");
    (slot.nextElementSibling?.querySelector("button, input") ?? prompt()).focus();
    slot.remove();
    changed();
  } else if (event.target.closest("#add-link")) {
    event.preventDefault();
    addLink();
  }
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  const hasWords = event.clipboardData?.types.includes("text/plain");
  if (!files.length || hasWords) return;
  event.preventDefault();
  addFiles(files);
});

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event) || !shelf()) return;
  event.preventDefault();
  document.body.dataset.drop = room() > 0 ? "open" : "full";
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) delete document.body.dataset.drop;
});

document.addEventListener("drop", (event) => {
  delete document.body.dataset.drop;
  if (!hasFiles(event) || !shelf()) return;
  event.preventDefault();
  addFiles([...event.dataTransfer.files]);
});

// --- a fresh page -------------------------------------------------------------------------------

// The pool moves when a teammate spends: what this press would leave of it is asked for anew.
const poolShown = () => document.querySelector("#credits .figures")?.textContent;
let pool = poolShown();

function followPool() {
  if (poolShown() === pool) return;
  pool = poolShown();
  if (composer()) window.htmx.trigger("#price", "pool");
}

document.addEventListener("htmx:after:swap", () => { count(); grow(); followPool(); });
bringDraft();
count();
grow();
