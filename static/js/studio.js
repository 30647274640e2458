// What every page of a member does by itself: look for changes only while it is seen, run the clocks, say trouble.

import { startClocks } from "./clock.js";

const title = document.title;
const icon = document.querySelector('link[rel="icon"]');
const stillIcon = icon?.href;

const pulse = () => document.getElementById("pulse");

function look() {
  if (!document.hidden) window.htmx?.trigger("#pulse", "look");
}

function count(running) {
  document.title = running ? `(${running}) ${title}` : title;
  if (icon) icon.href = running ? stillIcon.replace("favicon", "favicon-busy") : stillIcon;
}

function say(trouble) {
  const notices = document.querySelector(".notices");
  const words = document.getElementById(trouble)?.content;
  if (notices && words) notices.replaceChildren(words.cloneNode(true));
}

document.addEventListener("visibilitychange", look);

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.id === "pulse" && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:after:swap", () => count(Number(pulse()?.dataset.running ?? 0)));

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail.ctx?.response?.status ?? 0;
    if (event.target.id !== "pulse" && event.target.id !== "price" && status !== 422) say("trouble");
  });
}

startClocks(pulse()?.dataset.now);
count(Number(pulse()?.dataset.running ?? 0));
