// Elapsed clocks, counted here from the moment that the server wrote down, so that nothing is asked for every second.

const pad = (number) => String(number).padStart(2, "0");

function words(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

// The two clocks may disagree; what matters is how long ago it was by the server's own.
const serverNow = document.getElementById("pulse")?.dataset.now;
const ahead = serverNow ? Date.now() - Date.parse(serverNow) : 0;

setInterval(() => {
  for (const clock of document.querySelectorAll("[data-since]")) {
    clock.textContent = words((Date.now() - ahead - Date.parse(clock.dataset.since)) / 1000);
  }
}, 1000);
