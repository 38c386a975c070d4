// Who works at this screen: signs in by keyboard or touch, and out.

import {call} from "./wire.js";

const KEPT = "cashiers";
const KEPT_MAX = 4;

/** Give the names that signed in at this screen last, the newest first. */
export function cashiers() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) || "[]").slice(0, KEPT_MAX);
  } catch {
    return [];
  }
}

/** Give the commands of signing in and out. */
export function signingActs({dispatch, attempt, typed, draft, forget, share, focusOn}) {
  const said = (told) => {
    forget({but: ["amount", "number"]});
    dispatch("set", {step: ""});
    share("set", {staff: told.name || told.person || ""});
  };

  return {
    staff: () => dispatch("open", {step: "sign_in"}),
    cashier: (name) => {
      draft("person", name);
      dispatch("set", {who: name});
      setTimeout(() => focusOn("secret"));
    },
    send_sign_in: () => {
      const [person, secret] = [typed("person"), typed("secret")];
      draft("secret", ""); // a wrong one is typed anew
      if (!person || !secret) return focusOn(person ? "secret" : "person");
      return attempt(async () => {
        const told = await call("POST", "/person", {person, secret});
        localStorage.setItem(KEPT, JSON.stringify([...new Set([told.person, ...cashiers()])].slice(0, KEPT_MAX)));
        said(told);
      });
    },
    sign_out: () => attempt(async () => said(await call("DELETE", "/person"))),
  };
}
