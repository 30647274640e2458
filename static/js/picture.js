// The page of a picture: to its neighbours by arrow key.

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector(":popover-open")) return;
  const neighbour = { ArrowLeft: "newer", ArrowRight: "older" }[event.key];
  document.getElementById(neighbour)?.click();
});
