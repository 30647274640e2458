// What every page of a member does by itself: look for changes only while it is seen, count them, and say trouble.

const title = document.title;
const icon = document.querySelector('link[rel="icon"]');
const stillIcon = icon?.href;

const pulse = () => document.getElementById("pulse");

function look() {
  if (!document.hidden) window.htmx?.trigger("#pulse", "look");
}

function count(running) {
  document.title = running ? `(${running}) ${title}` : title;
  if (icon) icon.href = running ? icon.dataset.busy : stillIcon;
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

// New pictures come in by themselves while the reader stands at the top; further down they wait for a press.
function showNews() {
  const news = document.querySelector("#news a");
  if (news && window.scrollY < 80) window.htmx.trigger(news, "show");
}

document.addEventListener("htmx:after:swap", () => {
  count(Number(pulse()?.dataset.running ?? 0));
  showNews();
});

// What a card's button has done is told by the next look, at once instead of in a few seconds.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.target.closest?.(".group")) look();
});

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail.ctx?.response?.status ?? 0;
    if (event.target.id !== "pulse" && event.target.id !== "price" && status !== 422) say("trouble");
  });
}

count(Number(pulse()?.dataset.running ?? 0));
