// The display: puts up the newest view, gives the customer's answers back, rests by itself.

const view = document.getElementById("view");
const away = document.getElementById("away");
const language = view.dataset.language;
const idle = view.innerHTML;
const BUSY_S = 30; // after a touch, nothing goes away for so long
const KINDS = ["scan", "member_enrolled", "basket_changed", "sale_closed", "lines_returned"];
let resting = 0;

function put(html, seconds) {
  view.innerHTML = html; // made by this register, every value escaped there
  clearTimeout(resting);
  if (seconds) {
    resting = setTimeout(rest, seconds * 1000);
  }
  view.querySelector("[data-first]")?.focus();
}

function rest() {
  put(idle, 0);
}

function follow() {
  const stream = new EventSource(`/display/events?lang=${language}`);
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => {
      const told = JSON.parse(event.data);
      put(told.html, told.lasts_s ?? 0);
    });
  }
  stream.addEventListener("open", () => (away.hidden = true));
  stream.addEventListener("error", () => (away.hidden = false));
}

async function answer(form, button) {
  const given = new URLSearchParams(new FormData(form, button));
  try {
    const said = await fetch(`${form.getAttribute("action")}?lang=${language}`, {
      method: "POST",
      body: given,
    });
    if (said.ok) {
      put(await said.text(), BUSY_S);
    } else {
      rest();
    }
  } catch {
    away.hidden = false;
  }
}

view.addEventListener("submit", (event) => {
  event.preventDefault();
  answer(event.target, event.submitter);
});

for (const touch of ["pointerdown", "keydown"]) {
  view.addEventListener(touch, () => {
    if (resting) {
      clearTimeout(resting);
      resting = setTimeout(rest, BUSY_S * 1000);
    }
  });
}

follow();
