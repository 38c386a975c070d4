// Goods that come back: the ticket is shown, what it would give and take is said, then it is done.

import {left} from "./stages.js";
import {call, newKey, ticketPath} from "./wire.js";

/** Give the commands of returns. */
export function returnActs({dispatch, attempt, typed, forget, now}) {
  const goodsOf = ({view, lines}) => lines.map((line) => ({line, quantity: left(view, line)}));

  function asked(approved = "") {
    const {returning} = now();
    const {ticket, number, answers} = returning;
    return {ticket, number, lines: goodsOf(returning), choice: answers, approved_by: approved || typed("approver")};
  }

  async function preview() {
    const {returning} = now();
    if (!returning.lines.length) return change({preview: null, choice: null});
    try {
      return change({preview: await call("POST", "/returns/preview", asked()), choice: null});
    } catch (error) {
      if ((error.problem || {}).reason !== "CHOICE_NEEDED") throw error;
      return change({preview: null, choice: choiceOf(error.problem)});
    }
  }

  const change = (changes) => dispatch("set", {returning: {...now().returning, ...changes}});

  async function open() {
    const {person, tickets, screen} = now();
    const own = person && person.view ? (await call("GET", `/members/${person.view.member}/tickets`)).tickets : [];
    dispatch("open", {step: "return", returning: {tickets: [...new Set([...tickets, ...own])], lines: [], answers: {}, prefix: screen ? screen.prefix : ""}});
  }

  async function show(text) {
    const {returning} = now();
    const key = text.includes("/") ? text : returning.tickets.find((each) => each.endsWith(`/${text}`)) || returning.prefix + text;
    const view = await call("GET", `/tickets/${ticketPath(key)}`);
    if (!view.sale) return dispatch("set", {refusal: {key: "not_a_sale"}});
    const lines = view.sale.lines.map((_, at) => at).filter((at) => left(view, at) > 0);
    change({ticket: key, view, lines, number: `R${Date.now().toString(36).toUpperCase()}`, key: newKey()});
    forget({but: ["amount", "number"]});
    return preview();
  }

  return {
    return: () => attempt(open),
    ticket: (key) => attempt(() => show(key)),
    send_ticket: () => typed("ticket") && attempt(() => show(typed("ticket"))),
    goods: (value) => attempt(() => {
      const at = Number(value);
      const {lines} = now().returning;
      change({lines: lines.includes(at) ? lines.filter((each) => each !== at) : [...lines, at].sort((a, b) => a - b)});
      return preview();
    }),
    choose: (answer) => attempt(() => {
      const {choice, answers} = now().returning;
      change({answers: {...answers, [choice.about]: answer}});
      return preview();
    }),
    giveback: (approved = "") => attempt(async () => {
      const {returning} = now();
      if (!returning || !returning.preview) return;
      const told = await call("POST", "/returns", asked(typeof approved === "string" ? approved : ""), {key: returning.key});
      forget();
      if (told.member) dispatch("member_changed", told.member);
      dispatch("set", {step: "", returning: null, done: null, returned: told});
    }),
  };
}

/** Give a question of the register's: what it is about, its sentence, and the answers there are. */
function choiceOf({detail, errors}) {
  const [{pointer, detail: expected}] = errors;
  const listed = expected.split(/[:;]|parmi|one of/).pop();
  return {about: pointer.split("/").pop(), detail, answers: listed.split(/,|\bou\b|\bor\b/).map((each) => each.trim()).filter(Boolean)};
}
