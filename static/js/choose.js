// One box that ticks all the others. Without script it is not there, and each is ticked by itself.

const all = document.getElementById("choose-all");
const boxes = [...document.querySelectorAll('[name="chosen"]')];

if (all && boxes.length > 1) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  boxes.forEach((box) => box.addEventListener("change", () => { all.checked = boxes.every((each) => each.checked); }));
}
