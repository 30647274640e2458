// A button with data-copies copies the element that it names, where the browser can. What is shown only once is marked
// whole when it is focused.

const SAID_FOR = 2000;

function show() {
  document.querySelectorAll("[data-copies]").forEach((button) => { button.hidden = false; });
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  const said = button.dataset.copied;
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  if (button.nextElementSibling?.getAttribute("role") === "status") {
    button.nextElementSibling.textContent = said;
    return;
  }
  const word = button.querySelector("span");
  const before = word.textContent;
  document.getElementById("said")?.replaceChildren(said);
  if (before === said) return;
  word.textContent = said;
  setTimeout(() => { word.textContent = before; }, SAID_FOR);
}

document.addEventListener("focusin", (event) => {
  if (event.target.readOnly && document.querySelector(`[data-copies="${event.target.id}"]`)) event.target.select();
});

if (navigator.clipboard) {
  show();
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) copy(button);
  });
}
