// A new invitation's link: marked whole when it is focused, and copied by a button where the browser can.

const link = document.getElementById("invited_link");
const copy = document.getElementById("invited_copy");

link.addEventListener("focus", () => link.select());
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    copy.querySelector("span").textContent = copy.dataset.copied;
  });
}
