// The theme is changed at once; the form's own POST keeps it. Without script the page comes back in the new theme.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "themes" || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) {
    if (button === event.submitter) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  form.hidePopover?.();
  const body = new FormData(form);
  body.set("theme", theme);
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
});
