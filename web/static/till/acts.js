// What the cashier's commands do: each asks the register and lets its answer change the state.

import {amounts, cents, T} from "./dom.js";
import {buying, otherAmount} from "./parts.js";
import {returnActs} from "./returns.js";
import {signingActs} from "./signing.js";
import {play, turn} from "./sounds.js";
import {isPos, stageOf} from "./state.js";
import {call, newKey, ticketPath} from "./wire.js";

const SEARCH_MS = 60;
const QUOTE_MS = 120;
const SEARCH_MIN = 3;
const THEMES = ["", "dark", "light"];
const PENDING = "pending-sale";
const SALE = ["amount", "number"];
const DISCOUNT_FIELDS = ["amount", "label", "hold", "lines", "reward", "minimum", "voucher"];

/** Give the commands by name; `tools` are the page's dispatch, drafts and present state. */
export function acts(tools) {
  const {dispatch, attempt, typed, draft, forget, search, now} = tools;
  let waiting = 0;
  let asked = 0;
  async function ensureBasket() {
    if (now().basket) return now().basket.basket;
    const made = await call("POST", "/baskets", {});
    dispatch("set", {basket: made});
    return made.basket;
  }

  /** Give the discounts that a sale keyed here takes: what is held, and promotions for members. */
  function discounts() {
    const {basket} = now();
    const held = ((basket && basket.discounts) || []).filter((each) => each.hold || each.voucher);
    return [...held, ...((basket && basket.promotions) || [])].map((each) =>
      Object.fromEntries(DISCOUNT_FIELDS.filter((name) => each[name] !== undefined).map((name) => [name, each[name]])));
  }

  /** Give what was keyed, line by line: `12,50+30` are two, and each can come back alone. */
  const lines = () => amounts(typed("amount")).map((amount) => ({article: "vente", label: T.stage, amount}));

  async function quote(amount, again = true) {
    const who = whose();
    const basket = await ensureBasket();
    localStorage.setItem("own-basket", basket);
    dispatch("set", {own: basket});
    const held = discounts().filter((each) => each.hold || each.voucher);
    let answer;
    try {
      answer = await call("PUT", `/baskets/${basket}/content`, {lines: lines(), discounts: held});
    } catch (error) {
      if ((error.problem || {}).reason !== "BASKET_UNKNOWN" || !again) throw error;
      dispatch("set", {basket: null}); // somebody else closed it
      return quote(amount, false);
    }
    if (answer.promotions) {
      dispatch("set", {basket: answer});
      answer = await call("PUT", `/baskets/${basket}/content`, {lines: lines(), discounts: discounts()});
    }
    if (whose() === who && now().keyed && now().keyed.amount === amount) dispatch("basket_changed", answer);
    return null;
  }

  async function attach(member) {
    const basket = await ensureBasket();
    const answer = await call("PUT", `/baskets/${basket}/member`, {member});
    dispatch("basket_changed", answer);
    look(member);
  }

  async function look(member) {
    const told = await call("GET", `/till/members/${member}`).catch(() => null);
    if (told) dispatch("glance", told);
  }

  /** Name whom the sale is for: an answer that was asked for somebody else comes too late. */
  const whose = () => ((now().person || {}).view || {}).member || "";

  async function showBasket(basket) {
    const who = whose();
    const told = await call("GET", `/baskets/${basket}`).catch(() => null);
    if (told && whose() === who && now().basket && now().basket.basket === basket) dispatch("basket_changed", told);
  }

  async function hold(choice, approved = "") {
    const [blocks, programme, label] = choice;
    const {basket} = now();
    return attempt(async () => {
      try {
        await call("POST", `/baskets/${basket.basket}/holds`, {blocks, programme, reward: label, approved_by: approved});
      } catch (error) {
        const next = {PROOF_NEEDED: "proof", SECOND_PERSON_NEEDED: "approve"}[(error.problem || {}).reason];
        if (!next || approved) throw error;
        return dispatch("open", {step: next, retry: {hold: choice}});
      }
      dispatch("set", {step: "", retry: null});
      return showBasket(basket.basket);
    });
  }

  async function close(approved = "") {
    const amount = cents(typed("amount"));
    if (!amount || now().busy || isPos(now())) return;
    clearTimeout(waiting);
    dispatch("set", {busy: true, keyed: {amount}});
    await attempt(() => quote(amount));
    dispatch("set", {busy: false});
    const {basket, wish} = now();
    if (now().refusal) return;
    const own = Date.now().toString(36).toUpperCase();
    const sale = {
      number: typed("number") || `E${own}`, lines: lines(), basket: basket ? basket.basket : "", discounts: discounts(), approved_by: approved,
      ...(wish && wish !== "email" ? {receipt: {channel: wish}} : {}),
    };
    sessionStorage.setItem(PENDING, JSON.stringify({key: newKey(), sale}));
    await resend();
  }

  /** Send the sale that was not answered yet, under its key, until it is. */
  async function resend() {
    const kept = JSON.parse(sessionStorage.getItem(PENDING) || "null");
    if (!kept || now().busy) return;
    dispatch("set", {busy: true});
    await attempt(async () => {
      try {
        dispatch("sale_closed", await call("POST", "/sales", kept.sale, {key: kept.key, patient: true}));
        forget();
      } catch (error) {
        const reason = (error.problem || {}).reason;
        if (kept.sale.approved_by || !["ADVANTAGE_LIMIT", "SECOND_PERSON_NEEDED"].includes(reason)) throw error;
        dispatch("open", {step: "approve", retry: {sale: true}});
      } finally {
        sessionStorage.removeItem(PENDING);
      }
    });
    dispatch("set", {busy: false});
    after();
  }

  /** What follows a closed sale: count who was asked for a card, hand the receipt as wished. */
  function after() {
    const {done, wasAsked, wished, handed} = now();
    if (!done) return;
    if (!done.member) count(done.ticket, Boolean(wasAsked));
    if (wished && !handed && wished !== "none") hand(wished);
  }

  async function count(ticket, was) {
    const told = await call("POST", "/till/asked", {ticket, asked: was}).catch(() => null);
    if (told && now().screen) dispatch("set", {screen: {...now().screen, asked: told}});
  }

  function hand(channel, email = "") {
    const {done, tickets} = now();
    const ticket = (done && done.ticket) || tickets[0];
    if (!ticket) return false;
    if (channel === "none") return dispatch("set", {handed: "none"});
    const known = done && done.member && now().who && now().who.glance && now().who.glance.email;
    if (channel === "email" && !email && !known) return dispatch("open", {step: "mail", found: null, mail: {usable: false, meant: ""}});
    return attempt(async () => {
      const told = await call("POST", `/tickets/${ticketPath(ticket)}/receipt`, {channel, email});
      dispatch("set", {step: "", handed: channel, code: told.url || ""});
      forget();
    });
  }

  function find(text) {
    const wanted = text.trim();
    clearTimeout(waiting);
    if (wanted.length < SEARCH_MIN) {
      if (now().step === "matches") dispatch("set", {step: now().purpose ? "matches" : "", found: null});
      return;
    }
    const turn = asked += 1;
    waiting = setTimeout(async () => {
      const told = await call("GET", `/till/members?search=${encodeURIComponent(wanted)}`).catch(() => null);
      if (told && turn === asked && search.value.trim() === wanted) dispatch("open", {step: "matches", found: told.members});
    }, SEARCH_MS);
  }

  function known(text) {
    clearTimeout(waiting);
    const isMail = text.includes("@");
    if (!isMail && text.replace(/\D/g, "").length < 9) return dispatch("set", {found: null, mail: {usable: false, meant: ""}});
    waiting = setTimeout(async () => {
      const wanted = encodeURIComponent(isMail ? text.trim() : text.replace(/[^\d+]/g, ""));
      const [mail, told] = await Promise.all([
        isMail ? call("GET", `/till/address?email=${wanted}`).catch(() => null) : null,
        call("GET", `/till/members?search=${wanted}`).catch(() => null),
      ]);
      if (typed(now().step === "mail" ? "email" : "contact") !== text.trim()) return;
      dispatch("set", {mail: mail || {usable: false, meant: ""}, found: now().step === "enrol" && told ? told.members : null});
    }, QUOTE_MS);
  }

  async function pick(member) {
    const {purpose, basket} = now();
    search.value = "";
    dispatch("set", {step: "", found: null, purpose: "", done: null, returned: null});
    forget({but: SALE});
    await attempt(async () => {
      if (purpose === "attach" && basket) await call("POST", `/members/${member}/cards`, {basket: basket.basket});
      await attach(member);
    });
  }

  async function enrolled() {
    const contact = typed("contact");
    const {person, basket, busy} = now();
    if (busy || (!contact && !typed("first_name"))) return;
    dispatch("set", {busy: true});
    await attempt(async () => {
      const profile = {first_name: typed("first_name"), ...(contact.includes("@") ? {email: contact} : {phone: contact})};
      const carded = person && !person.view && basket ? {basket: basket.basket} : {};
      const made = await call("POST", "/members", {...carded, profile});
      forget({but: SALE});
      dispatch("set", {step: "", found: null});
      await attach(made.member);
    });
    dispatch("set", {busy: false});
  }

  async function proved() {
    const {basket, retry} = now();
    const digits = typed("digits");
    forget({but: SALE});
    await attempt(async () => {
      const {right, left} = await call("POST", `/baskets/${basket.basket}/proof`, {digits});
      if (right) {
        dispatch("set", {left: 0, step: ""});
        if (retry) await hold(retry.hold);
      } else if (!left) dispatch("set", {left: 0, step: "", retry: null, refusal: {key: "proof_failed"}});
      else dispatch("set", {left});
    });
  }

  async function remember(channel) {
    const {person} = now();
    const glance = {...person.glance, receipt: channel};
    await attempt(() => call("PATCH", `/members/${person.view.member}/profile`, {receipt: channel}));
    dispatch("glance", glance);
  }

  return {
    ...returnActs(tools),
    ...signingActs({...tools, focusOn}),
    resend,
    search: find,
    find: () => {
      if (stageOf(now()) === "unknown") dispatch("open", {step: "matches", purpose: "attach", found: []});
      search.focus();
    },
    pick,
    recent: pick,
    down: () => {
      const {mail} = now();
      if (mail.meant) return acceptMeant(mail.meant);
      const first = document.querySelector("#stage .matches button");
      if (first) first.focus();
      return Boolean(first);
    },
    accept: (meant) => acceptMeant(meant),
    domain: (domain) => {
      const text = `${typed("email").split("@")[0]}@${domain}`;
      draft("email", text);
      dispatch("set", {mail: {usable: true, meant: ""}});
    },
    typing: (name, value) => {
      if (name === "amount") keyed(value);
      if (name === "contact" || name === "email") known(value);
    },
    heard: (name, body) => {
      dispatch(name, body);
      if (name === "scan" && body.member && body.outcome === "member") {
        look(body.member.member);
        showBasket(body.basket);
      }
      if (name === "basket_changed" && body.member && !(now().person.glance)) look(body.member.member);
      if (name === "sale_closed" && !now().busy) after();
    },
    scanned: (text) => attempt(async () => {
      const told = await call("POST", "/scans", {text, device: "keyboard"});
      if (told.member) look(told.member.member);
    }),
    detach: () => attempt(async () => {
      const {basket} = now();
      if (basket) dispatch("basket_changed", await call("DELETE", `/baskets/${basket.basket}/member`));
    }),
    drop: () => attempt(async () => {
      const {basket} = now();
      dispatch("set", {basket: null});
      if (basket) await call("DELETE", `/baskets/${basket.basket}`);
    }),
    change: () => attempt(async () => {
      const {member} = now().other;
      dispatch("set", {other: null, person: null});
      await attach(member);
    }),
    enrol: () => (now().step === "enrol" ? enrolled() : dispatch("open", {step: "enrol", done: null, mail: {usable: false, meant: ""}, found: null})),
    send_enrol: enrolled,
    amount: () => focusOn("amount"),
    asked: () => tools.share("asked", {}),
    send_close: () => close(),
    reward: () => {
      const {person, step} = now();
      if (!person || !person.view) return;
      if (step !== "reward") return dispatch("open", {step: "reward"});
      const first = document.querySelector("#stage .presets button:not(:disabled)");
      if (first) first.click();
    },
    hold: (value) => {
      const [blocks, programme, ...label] = value.split("|");
      return hold([Number(blocks), programme, label.join("|")]);
    },
    send_other: () => {
      const offer = otherAmount(buying(now().person.view, now().basket));
      const blocks = Math.floor(cents(typed("other")) / offer.amount);
      forget({but: SALE});
      if (blocks) return hold([blocks, offer.programme, offer.label]);
      return dispatch("set", {refusal: {key: "too_little"}});
    },
    release: (held) => attempt(async () => {
      const {basket} = now();
      await call("DELETE", `/holds/${held}`);
      dispatch("set", {held: null});
      await showBasket(basket.basket);
    }),
    send_proof: proved,
    send_approve: () => {
      const {retry} = now();
      const code = typed("approver");
      dispatch("set", {step: "", retry: null});
      if (retry && retry.hold) return hold(retry.hold, code);
      if (retry && retry.goods) return returnActs(tools).giveback(code);
      return close(code);
    },
    receipt: () => (now().done ? false : now().person && now().person.view && dispatch("open", {step: "receipt"})),
    wish: (channel) => {
      const keep = typed("remember") === "on";
      dispatch("set", {wish: channel, step: ""});
      if (keep) remember(channel);
      forget({but: SALE});
    },
    hand: (channel) => hand(channel),
    send_mail: () => {
      const email = typed("email");
      const keep = typed("keep") === "on";
      const {done} = now();
      if (!email) return;
      if (keep && done && done.member) attempt(() => call("PATCH", `/members/${done.member.member}/profile`, {email}));
      hand("email", email);
    },
    reprint: () => hand("paper"),
    right: (name) => attempt(async () => {
      const {view} = now().person;
      await call("POST", `/members/${view.member}/rights`, {right: name});
      dispatch("member_changed", await call("GET", `/members/${view.member}`));
    }),
    details: () => attempt(async () => {
      const {person} = now();
      if (!person || !person.view) return;
      dispatch("open", {step: "details", details: await call("GET", `/till/members/${person.view.member}/details`)});
    }),
    resume: (job) => answerJob(job, true),
    giveup: (job) => answerJob(job, false),
    again: () => tools.fresh(),
    volume: () => {
      dispatch("set", {volume: turn()});
      play("known");
    },
    theme: () => {
      const root = document.documentElement;
      const next = THEMES[(THEMES.indexOf(root.dataset.theme || "") + 1) % THEMES.length];
      root.dataset.theme = next;
      localStorage.setItem("theme", next);
    },
  };

  function acceptMeant(meant) {
    draft(now().step === "mail" ? "email" : "contact", meant);
    dispatch("set", {mail: {usable: true, meant: ""}});
    return true;
  }

  function answerJob(job, again) {
    return attempt(async () => {
      await call("POST", `/jobs/${job}/answer`, {again});
    });
  }

  function focusOn(name) {
    const field = document.getElementById(`f-${name}`);
    if (field) field.focus();
  }

  function keyed(text) {
    const amount = cents(text);
    clearTimeout(waiting);
    dispatch("set", {keyed: amount ? {amount} : null});
    if (amount) waiting = setTimeout(() => now().busy || attempt(() => quote(amount)), QUOTE_MS);
  }
}
