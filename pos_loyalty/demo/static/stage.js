// The demo page: does what is touched, and shows what changed since.

const EVERY_MS = 800;
const shown = new Map();

async function look() {
  const answer = await fetch(`/parts${location.search}`);
  for (const [place, html] of Object.entries(await answer.json())) {
    if (shown.get(place) !== html) {
      shown.set(place, html);
      replace(document.getElementById(place), html);
    }
  }
}

// A mail that is open stays open, and who pressed a key can press it again.
function replace(place, html) {
  const open = [...place.querySelectorAll("details")].map((each) => each.open).reverse();
  const had = place.contains(document.activeElement)
    ? document.activeElement.dataset.do + (document.activeElement.dataset.with ?? "")
    : null;
  place.innerHTML = html; // made by the demo, every value escaped there
  [...place.querySelectorAll("details")].reverse().forEach((each, at) => (each.open = open[at] ?? false));
  for (const key of place.querySelectorAll("[data-do]")) {
    if (key.dataset.do + (key.dataset.with ?? "") === had) {
      key.focus();
    }
  }
}

document.addEventListener("click", async (event) => {
  const key = event.target.closest("[data-do]");
  if (key) {
    const body = new URLSearchParams({ with: key.dataset.with ?? "" });
    await fetch(`/do/${key.dataset.do}`, { method: "POST", body });
    await look();
  }
});

setInterval(() => document.hidden || look().catch(() => {}), EVERY_MS);
