// Pieces that several stages are made of.

import {cents, h, money, points, say, T} from "./dom.js";

/** Give a button of a command; `key` is shown on it, `value` goes with it. */
export function button(act, label, {key = "", value = null, primary = false, kind = "", off = false, note = ""} = {}) {
  return h("button", {
    type: "button", "data-act": act, value, "data-primary": primary, disabled: off,
    class: [primary ? "primary" : "", kind].join(" ").trim() || null,
    "aria-keyshortcuts": key ? key.replace("Esc", "Escape").replace("⏎", "Enter") : null,
  }, h("span", null, label), note ? h("small", null, note) : "", key ? h("kbd", {"aria-hidden": "true"}, key) : "");
}

export const keys = (...buttons) => h("div", {class: "keys"}, ...buttons);
export const lead = (title, ...more) => h("div", {class: "lead"}, h("h2", {tabindex: "-1"}, title), ...more);
export const line = (text, kind = "") => (text ? h("p", {class: kind || null}, text) : null);
export const badge = (kind, text, more = "") => h("li", {class: `badge ${kind}`}, text, more ? h("small", null, ` ${more}`) : "");

/** Give a field with its label; the first of a stage gets the focus. */
export function field(name, label, {first = false, mode = "text", hint = "", type = "text", max = 120, digits = false} = {}) {
  return h("div", {class: "field"},
    h("label", {for: `f-${name}`}, label),
    h("input", {
      id: `f-${name}`, name, type, inputmode: mode, maxlength: max, autocomplete: "off", spellcheck: "false",
      autocapitalize: "off", "data-first": first, "data-digits": digits, "aria-describedby": hint ? `h-${name}` : null,
    }),
    hint ? h("p", {id: `h-${name}`, class: "hint"}, hint) : "");
}

export const tick = (name, label) => h("label", {class: "tick"}, h("input", {type: "checkbox", name}), h("span", null, label));
export const form = (act, ...children) => h("form", {"data-form": act, novalidate: true, autocomplete: "off"}, ...children);
export const submit = (label, key = "⏎") => h("button", {type: "submit", class: "primary", "aria-keyshortcuts": key === "⏎" ? "Enter" : key},
  h("span", null, label), h("kbd", {"aria-hidden": "true"}, key));

/** Give the programmes whose points buy something here, the main one first: it has no `name`. */
export function buying(view, basket) {
  const sale = basket || {};
  const main = {programme: "", name: "", available: view.available, unit: view.unit, rewards: sale.rewards};
  return [main, ...(sale.beside || [])].filter((each) => (each.rewards || []).length);
}

export const isMoney = (offer) => (offer.kind || "amount") === "amount";

/** Give what a member can use now of rewards that points buy, in words; nothing where that is none. */
export function usable(view, basket) {
  const parts = buying(view, basket).map((each) => {
    const best = bestOf(each);
    return best && (each.name ? `${best} (${each.name})` : best);
  }).filter(Boolean);
  return parts.length ? say("can_use", {amount: parts.join(", ")}) : "";
}

/** Give the most that points of a programme buy, in words. */
function bestOf({available, rewards}) {
  const fitting = rewards.map((offer) => ({...offer, fits: Math.floor((available || 0) / offer.points)})).filter((offer) => offer.fits > 0);
  const amounts = fitting.filter(isMoney);
  if (amounts.length) return money(Math.max(...amounts.map((offer) => offer.fits * offer.amount)));
  return fitting.length ? fitting[0].label : "";
}

/** Give the reward of which another amount than those proposed can be used, with its programme. */
export function otherAmount(programmes) {
  const found = programmes.flatMap((each) => each.rewards.map((offer) => ({...offer, programme: each.programme, name: each.name})));
  return found.find((offer) => isMoney(offer) && offer.blocks > 1);
}

/** Give the name of the programme whose points bought a discount; nothing for the main one. */
export function boughtWith(discount, basket) {
  const found = ((basket && basket.beside) || []).find((each) => (each.rewards || []).some((offer) => offer.label === discount.label));
  return found ? found.name : "";
}

/** Give what is missing to the nearest reward that points buy, in words; nothing where one is in reach. */
export function missing(view, basket) {
  const offers = ((basket && basket.rewards) || []).filter((offer) => offer.points > 0).sort((a, b) => a.points - b.points);
  const left = offers.length ? offers[0].points - (view.available || 0) : 0;
  if (left <= 0) return "";
  const [{kind, amount, label}] = offers;
  return say("missing", {points: points(left, view.unit), reward: !kind || kind === "amount" ? money(amount) : label});
}

/** Give the field in which a shop without POS software keys the sale. */
export function amountForm(state) {
  const due = state.basket && state.keyed ? state.basket.total || 0 : 0;
  return form("close",
    h("div", {class: "pair"},
      field("amount", T.amount, {mode: "decimal", max: 80, digits: true}),
      field("number", T.number, {max: 40}),
      submit(T.close_sale)),
    state.held && due ? line(say("to_pay", {amount: money(due)}), "big") : "");
}

export const keyedOf = (text) => cents(text);
export {h, money, points, say, T};
