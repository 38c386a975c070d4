// The page from the state. Everything on the stage is made anew; what was typed and the focus stay.

import {day, h, lang, money, nameOf, points, say, T} from "./dom.js";
import {isPos, stageOf} from "./state.js";
import {volume} from "./sounds.js";
import {STAGES} from "./stages.js";
import {badge, button} from "./parts.js";

const drafts = new Map();
const stage = document.getElementById("stage");

/** What is typed in the stage's fields; `forget` when it was used. */
export const typed = (name) => (drafts.get(name) || "").trim();
export const draft = (name, text) => drafts.set(name, text);
export function forget({but = []} = {}) {
  for (const name of drafts.keys()) if (!but.includes(name)) drafts.delete(name);
}

stage.addEventListener("input", ({target}) => {
  drafts.set(target.name, target.type === "checkbox" ? (target.checked ? "on" : "") : target.value);
});

/** Paint a state; tells nothing to nobody. */
export function paint(state) {
  const name = stageOf(state);
  const moved = stage.dataset.stage !== name;
  const active = stage.contains(document.activeElement) ? document.activeElement : null;
  const [focused, at] = active ? [placeOf(active), active.selectionStart] : ["", null];
  stage.dataset.stage = name;
  stage.classList.toggle("stale", state.link === "lost");
  stage.setAttribute("aria-busy", String(state.busy));
  stage.replaceChildren(...STAGES[name](state).filter(Boolean));
  for (const field of stage.querySelectorAll("input")) refill(field);
  refocus(moved, focused, at);
  header(state);
  bars(state);
  recent(state);
}

function refill(field) {
  if (!drafts.has(field.name)) return;
  if (field.type === "checkbox") field.checked = drafts.get(field.name) === "on";
  else field.value = drafts.get(field.name);
}

/** Give where the focus is, so that it is found again on a stage that was made anew. */
function placeOf(element) {
  const {act} = element.dataset;
  if (act) return `[data-act="${act}"]${element.value ? `[value="${CSS.escape(element.value)}"]` : ""}`;
  return element.name ? `[name="${element.name}"]` : `[data-form="${element.form && element.form.dataset.form}"] [type=submit]`;
}

function refocus(moved, focused, at) {
  const first = moved && stage.querySelector("[data-first]");
  const same = focused && stage.querySelector(focused);
  if (first) first.focus();
  else if (same) {
    same.focus();
    if (at !== null && same.setSelectionRange && same.type !== "email") same.setSelectionRange(at, at);
  }
}

function header(state) {
  document.getElementById("staff").textContent = state.staff ? say("cashier", {name: state.staff}) : T.sign_in;
  const loud = document.getElementById("volume");
  loud.textContent = {normal: "♫", low: "♪", off: "∅"}[volume()];
  loud.setAttribute("aria-label", T[`volume_${volume()}`]);
  loud.title = T[`volume_${volume()}`];
  const made = [badge(state.link === "there" ? "good" : "bad", state.link === "there" ? T.connected : T.disconnected)];
  if (state.hub) {
    const off = state.hub.link !== "online";
    made.push(badge(off ? "warn" : "good", off ? T.offline : T.online, off ? since(state) : ""));
  }
  for (const each of Object.values(state.devices)) {
    if (each.category === "printer" || each.problem) {
      made.push(badge(each.problem ? "bad" : "good", each.category === "printer" ? T.printer : each.device));
    }
  }
  document.getElementById("badges").replaceChildren(...made);
}

function since(state) {
  const news = state.screen && state.screen.news;
  if (!news) return "";
  const at = new Date(news);
  const weekday = at.toDateString() === new Date().toDateString() ? undefined : "short";
  return say("news_at", {time: at.toLocaleString(lang, {weekday, hour: "2-digit", minute: "2-digit"})});
}

/** What is wrong around the sale: said in words, each with what to do. */
function bars(state) {
  const made = [];
  if (state.link === "lost") made.push(bar("bad", T.lost, button("again", T.try_again, {key: "F5"})));
  for (const each of Object.values(state.devices)) {
    if (each.problem) made.push(bar("warn", `${each.device} — ${each.detail || T.device_fault}`, each.category === "printer" ? h("span", null, T.mail_instead) : ""));
  }
  for (const job of Object.values(state.jobs)) {
    if (job.state !== "asking") continue;
    made.push(bar("warn", job.detail || T.job_asks,
      button("resume", T.print_again, {value: job.id}), button("giveup", T.give_up, {value: job.id})));
  }
  const shown = made.map((each) => each.textContent).join("|");
  const place = document.getElementById("bars");
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(...made);
}

const bar = (kind, text, ...more) => h("div", {class: `bar ${kind}`, role: "group", "aria-label": text}, h("p", null, text), ...more);

function recent(state) {
  const made = state.recent.map((view) => h("li", null,
    h("button", {type: "button", "data-act": "recent", value: view.member},
      h("b", null, nameOf(view)), h("span", null, points(view.points, view.unit), view.tail ? ` · …${view.tail}` : ""))));
  document.getElementById("recent").replaceChildren(...(made.length ? made : [h("li", {class: "none"}, T.nobody_yet)]));
}

/** Give the sentence that a screen reader hears of a state, once. */
export function spokenOf(state) {
  const name = stageOf(state);
  if (name === "member") {
    const {view} = state.person;
    return say("heard_member", {name: nameOf(view), points: points(view.points, view.unit)});
  }
  if (name === "done") return say("heard_done", {points: points(state.done.earned, state.done.member && state.done.member.unit)});
  if (name === "unknown") return T.unknown_title;
  if (name === "matches") return say("heard_matches", {n: (state.found || []).length});
  return "";
}

export {day, isPos};
