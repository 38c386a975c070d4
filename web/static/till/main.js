// Brings the pieces together: events and keys in, one state, one page, calls out.

import {acts} from "./acts.js";
import {T, say} from "./dom.js";
import {listen} from "./keys.js";
import {padFor} from "./pad.js";
import {play} from "./sounds.js";
import {back, begin, reduce, stageOf} from "./state.js";
import {draft, forget, paint, spokenOf, typed} from "./view.js";
import {call, follow, Refused} from "./wire.js";

const RETURN_MS = 30_000;
const REFRESHES_MAX = 4;
const SALE = ["amount", "number"];
const search = document.getElementById("search");
let state = begin();
let painting = false;
let clock = 0;
let events = 0; // so many came from the register
let cut = false; // the line to the register, whatever single calls bring

/** Let an event change the state, and the page follow before the next frame. */
function dispatch(name, body = {}) {
  const before = state;
  state = reduce(state, name, body);
  if (state === before) return;
  tellEars(before);
  if (painting) return;
  painting = true;
  queueMicrotask(() => {
    painting = false;
    paint(state);
    padFor(document.activeElement);
    arm();
  });
}

/** Name the sound of what just came; none for what the cashier did. */
function soundOf(before) {
  const is = stageOf(state);
  if (state.refusal && state.refusal !== before.refusal) return "refused";
  if (state.other && state.other !== before.other) return "unknown";
  if (state.person === before.person || !state.person) return "";
  if (is === "unknown") return before.person && !before.person.view ? "" : "unknown";
  const member = (who) => ((who.person || {}).view || {}).member;
  return is === "member" && member(state) !== member(before) ? "known" : "";
}

function tellEars(before) {
  const sound = soundOf(before);
  if (sound) play(sound);
  if (stageOf(state) === stageOf(before) && state.person === before.person && state.found === before.found) return;
  const heard = spokenOf(state);
  const said = document.getElementById("said");
  if (heard && said.textContent !== heard) said.textContent = heard;
  const alarm = state.link === "lost" ? T.lost : state.refusal ? state.refusal.detail || T[state.refusal.key] || T.refused_plain : "";
  document.getElementById("alarm").textContent = alarm;
}

/** After a sale the screen returns by itself, unless somebody is at work on it. */
function arm() {
  clearTimeout(clock);
  if (state.done || state.returned) clock = setTimeout(() => dispatch("set", {done: null, returned: null, handed: "", code: ""}), RETURN_MS);
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    dispatch("refused", {problem: error.problem});
    return null;
  }
}

const does = acts({dispatch, attempt, typed, draft, forget, search, now: () => state, fresh: refresh, share: (name, body) => share(name, body)});

/** Ask how the till stands; what an event overtook is asked again. */
async function refresh(tries = REFRESHES_MAX) {
  const before = events;
  const told = await call("GET", "/till/now").catch((error) => error.problem);
  if (told.screen && events !== before && tries > 1) refresh(tries - 1);
  else if (told.screen) dispatch("now", {...told, cut});
  else if (told.reason === "TOKEN_REFUSED") location.reload();
}

function act(name, value) {
  if (name === "back") {
    const [next, order] = back(state);
    search.value = "";
    if (!state.refusal) forget({but: order === "drop" ? [] : SALE}); // what was refused is put right
    if (document.activeElement) document.activeElement.blur();
    dispatch("set", next);
    if (order) does[order]();
    return true;
  }
  if (name === "primary") {
    const primary = document.querySelector("#stage [data-primary]:not(:disabled)");
    if (primary) primary.click();
    return true;
  }
  const work = does[name];
  if (!work) return false;
  return work(value) ?? true;
}

document.addEventListener("click", ({target}) => {
  const pressed = target.closest("[data-act]");
  if (pressed) act(pressed.dataset.act, pressed.value);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = event.target.dataset.form;
  if (name) act(`send_${name}`);
  else act("primary");
});
document.getElementById("stage").addEventListener("input", ({target}) => does.typing(target.name, target.value));
search.addEventListener("input", () => does.search(search.value));
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, arm);
document.addEventListener("focusin", ({target}) => target.matches("input") && padFor(target));
// A finger that leaves a field is still on its way to a button: keys that went now would move it.
for (const kind of ["click", "keyup"]) document.addEventListener(kind, () => padFor(document.activeElement), true);

listen({
  act,
  search,
  scanned: (text) => does.scanned(text),
  typing: () => ["idle", "member", "unknown", "done", "matches"].includes(stageOf(state)),
  picks: (digit, field) => {
    const stage = stageOf(state);
    if (field && !(field === search && stage === "matches" && /[^\d\s@]$/.test(search.value))) return null;
    const find = () => {
      const shown = [...document.querySelectorAll("#stage [data-act]")].filter((each) =>
        (each.closest(".matches") || (each.querySelector("kbd") || {}).textContent === String(digit)) && !each.disabled);
      return stage === "matches" ? shown[digit - 1] : shown[0];
    };
    if (!find()) return null;
    return () => { // looked for again: the stage may have been made anew meanwhile
      const chosen = stageOf(state) === stage && find();
      if (chosen) chosen.click();
    };
  },
});

const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.theme = kept;

const share = follow((name, body) => {
  events += 1;
  if (name === "missed") refresh();
  else does.heard(name, body);
}, (line) => {
  cut = line === "lost";
  if (line !== "there") {
    dispatch("linked", {line});
    return;
  }
  refresh();
  does.resend();
});
dispatch("set", {own: localStorage.getItem("own-basket") || ""});
paint(state);
refresh();
