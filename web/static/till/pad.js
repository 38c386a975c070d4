// Keys for fingers: digits for the field that is being filled, where a finger is what points.

import {h, T} from "./dom.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ",", "0", "⌫", "+"];
const place = document.getElementById("pad");
const coarse = matchMedia("(pointer: coarse)");
let field = null;

place.setAttribute("role", "group");
place.setAttribute("aria-label", T.pad);
place.append(...KEYS.map((key) => h("button", {type: "button", value: key, tabindex: "-1", "aria-label": key === "⌫" ? T.erase : null}, key)));
place.addEventListener("pointerdown", (event) => {
  event.preventDefault(); // the field keeps the focus, and a press acts at once
  const key = event.target.closest("button");
  if (!key || !field || !field.isConnected) return;
  field.value = key.value === "⌫" ? field.value.slice(0, -1) : field.value + key.value;
  field.dispatchEvent(new Event("input", {bubbles: true}));
});

/** Show the keys for a field of digits or the search, hide them for anything else; nothing in focus leaves them. */
export function padFor(target) {
  const wants = target && target.matches && target.matches("input[data-digits], #search");
  if (wants) field = target;
  else if (field && !field.isConnected) field = document.getElementById(field.id) || null;
  const idle = !target || target === document.body;
  place.hidden = !(coarse.matches && field && (wants || (idle && !place.hidden)));
}
