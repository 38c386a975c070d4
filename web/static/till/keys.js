// Keys: a scanner that types is told from a person by its speed, and read by where its keys lie.

const BURST_MS = 30;
const BURST_MIN = 6;
const WRITES_NOTHING = /^(?:Tab|Escape|Backspace|Delete|Insert|Home|End|Page\w+|Arrow\w+|F\d+)$/;
const NAMED = {Minus: "-", Slash: "/", Period: ".", Space: " "};
const FUNCTION_KEYS = {
  F1: "find", F2: "reward", F3: "receipt", F4: "enrol", F6: "details", F7: "amount", F8: "return", F9: "reprint", F10: "staff",
};

/** Give the character on a key as scanners mean it, whatever layout the machine has. */
export function meant(code) {
  const found = /^(?:Digit|Numpad)(\d)$|^Key([A-Z])$/.exec(code);
  return found ? found[1] || found[2] : NAMED[code] || "";
}

/** Collects keys; `burst` gives what a scanner typed once Enter follows fast enough. */
export class Wedge {
  #text = "";
  #last = -Infinity;
  #field = "";
  #before = "";

  /** Take a key that was pressed at `at` ms while `field` had the focus; gives a label or "". */
  press(code, at, field) {
    const fast = at - this.#last < BURST_MS;
    this.#last = at;
    if (code === "Enter" || code === "NumpadEnter") {
      const label = fast && this.#text.length >= BURST_MIN ? this.#text : "";
      this.#text = "";
      return label;
    }
    if (WRITES_NOTHING.test(code)) this.#text = ""; // a person's keys: no scanner presses them
    const char = meant(code);
    if (!char) return "";
    if (!fast || !this.#text) {
      this.#text = "";
      this.#field = field ? field.id : "";
      this.#before = field ? field.value : "";
    }
    this.#text += char;
    return "";
  }

  /** Take back what a burst left in the field that it was typed into. */
  clean(search) {
    const field = document.getElementById(this.#field) || search; // it may have been made anew
    field.value = this.#before;
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }
}

/**
 * Listen: `act(name)` for keys of commands, `scanned(text)` for a scanner that types.
 *
 * `picks(digit, field)` gives what a digit chooses now, or nothing; `typing()` tells whether a
 * letter begins a search.
 */
export function listen({act, scanned, search, picks, typing}) {
  const wedge = new Wedge();
  let choosing = 0; // a digit chooses only once it is clear that no scanner typed it
  document.addEventListener("keydown", (event) => {
    clearTimeout(choosing);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const field = event.target.closest("input");
    const label = wedge.press(event.code, event.timeStamp, field);
    if (label) {
      event.preventDefault();
      event.stopPropagation();
      wedge.clean(search);
      scanned(label);
      return;
    }
    if (!command(event, field)) return;
    event.preventDefault();
  }, true);

  function command(event, field) {
    const digit = /^(?:Digit|Numpad)([1-8])$/.exec(event.code);
    if (event.key === "Escape") return act("back") || true;
    if (FUNCTION_KEYS[event.key]) return act(FUNCTION_KEYS[event.key]) || true;
    const pick = digit && picks(Number(digit[1]), field);
    if (pick) choosing = setTimeout(pick, BURST_MS + 5);
    if (pick) return true;
    if (event.key === "ArrowDown" && field) return act("down");
    if (event.key === "Enter" && !field && !event.target.closest("button, summary")) return act("primary") || true;
    if (event.key.length === 1 && event.key !== " " && !field && typing()) search.focus();
    return false;
  }
}
