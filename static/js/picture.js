// The page of a picture: copy the prompt, and go to the neighbours by arrow key.

const copy = document.getElementById("copy");

if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("prompt").textContent);
    const word = copy.querySelector("span");
    const before = word.textContent;
    word.textContent = copy.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 2000);
  });
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector(":popover-open")) return;
  const neighbour = { ArrowLeft: "newer", ArrowRight: "older" }[event.key];
  document.getElementById(neighbour)?.click();
});
