// Elements and figures. Data becomes text nodes only: nothing here reads markup.

const given = JSON.parse(document.getElementById("given").textContent);
export const T = given.texts;
export const lang = document.documentElement.lang;

/** Give an element; `props` are attributes, true for one without a value, null for none. */
export function h(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Give a text with its `{named}` values. */
export function say(key, values = {}) {
  return T[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const plain = new Intl.NumberFormat(lang);
const plural = new Intl.PluralRules(lang);
const coins = new Intl.NumberFormat(lang, {style: "currency", currency: given.currency});
const dates = new Intl.DateTimeFormat(lang, {day: "numeric", month: "long", timeZone: "UTC"});
const years = new Intl.DateTimeFormat(lang, {day: "numeric", month: "long", year: "numeric", timeZone: "UTC"});

export const money = (minor) => coins.format((minor || 0) / 100);
const first = (written) => (lang === "fr" ? written.replace(/^1 /, "1er ") : written);
export const day = (iso) => first(dates.format(new Date(`${iso}T00:00:00Z`)));
export const dayOfYear = (iso) => first(years.format(new Date(`${iso}T00:00:00Z`)));

/** Give points with their noun, or money where they are a wallet's. */
export function points(count, unit) {
  if (unit === "cents") return money(count);
  return say(plural.select(Math.abs(count || 0)) === "one" ? "point" : "points", {n: plain.format(count || 0)});
}

/** Read amounts as a person types them (`12,5`, `1 250.00`, `4,20+3`): minor units of each, none where one is wrong. */
export function amounts(text) {
  const parts = text.replace(/[\s\u00a0\u202f€]/g, "").replaceAll(",", ".").replace(/\+$/, "").split("+");
  return parts.every((each) => /^\d{1,7}(\.\d{0,2})?$/.test(each)) ? parts.map((each) => Math.round(parseFloat(each) * 100)) : [];
}

/** Give the sum of what was typed, 0 for none. */
export const cents = (text) => amounts(text).reduce((sum, each) => sum + each, 0);

export const nameOf = (who) =>
  [who.first_name, (who.last_name || "").slice(0, 1) && `${who.last_name.slice(0, 1)}.`].filter(Boolean).join(" ")
  || T.nameless;
