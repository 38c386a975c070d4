// What the stage shows in each state of the till; each gives its pieces from the state alone.

import {day, dayOfYear, h, money, nameOf, points, say, T} from "./dom.js";
import {isPos} from "./state.js";
import {cashiers} from "./signing.js";
import {amountForm, boughtWith, button, buying, field, form, isMoney, keys, lead, line, missing, otherAmount, submit, tick, usable} from "./parts.js";

const CHANNELS = ["none", "paper", "email", "qr"];
const HINTS_MAX = 2;
const FIELDS = Object.keys(T).filter((key) => key.startsWith("field_")).map((key) => key.slice(6));

function idle(state) {
  const pos = isPos(state);
  const missed = state.basket && state.basket.missed;
  return [
    lead(T.idle_title, line(T.idle_how, "soft")),
    pos ? line(say("total", {amount: money(state.basket.total)}), "big") : null,
    missed ? h("div", {class: "call"}, line(say("would_bring", {points: points(missed.points, missed.unit)}), "big"),
      line(missed.said, "soft"),
      state.asked ? line(T.was_asked) : button("asked", T.no_card, {kind: "wide"})) : null,
    pos ? null : amountForm(state),
    keys(button("enrol", T.enrol, {key: "F4"}), button("return", T.return, {key: "F8"}),
      button("reprint", T.reprint, {key: "F9", off: !state.tickets.length})),
    askedToday((state.screen || {}).asked || {}),
  ];
}

const askedToday = ({asked = 0, not_asked: not = 0}) => (asked || not ? line(say("asked_today", {asked, not}), "soft small") : null);

function member(state) {
  const {view, glance, how} = state.person;
  const sale = state.basket || {};
  const unit = view.unit;
  const wallet = unit === "cents";
  return [
    h("div", {class: "person"},
      h("span", {class: "initial", "aria-hidden": "true"}, nameOf(view).slice(0, 1)),
      h("div", null, h("h2", {tabindex: "-1"}, nameOf(view)),
        h("p", {class: "chips"}, view.tier ? h("span", {class: "chip"}, view.tier) : "",
          view.tail ? h("span", {class: "chip"}, `…${view.tail}`) : "",
          how === "search" ? h("span", {class: "chip"}, T.by_name) : "",
          view.provisional ? h("span", {class: "chip warn"}, T.provisional) : ""))),
    h("div", {class: "figures"},
      figure(wallet ? T.wallet : T.balance, points(view.points || 0, unit), view.debt ? say("debt", {n: points(view.debt, unit)}) : ""),
      sale.total || sale.earns ? figure(T.this_sale, `+${points(sale.earns || 0, unit)}`, (sale.why && sale.why.said) || "") : null),
    line(usable(view, sale), "use") || line(heldIn(sale).length ? "" : missing(view, sale), "soft"),
    ...heldIn(sale).map((each) => h("div", {class: "call"}, line(say("held", {amount: money(each.amount), label: named(each.label, boughtWith(each, sale))}), "big"),
      button("release", T.release, {value: each.hold}))),
    line(view.next_tier ? say("to_next", {amount: money(view.to_next), tier: view.next_tier}) : "", "soft"),
    view.stamps ? h("p", {class: "soft"}, `${view.stamps.name} `,
      h("progress", {max: view.stamps.needed, value: view.stamps.stamps || 0, "aria-label": view.stamps.name}),
      ` ${view.stamps.stamps || 0}/${view.stamps.needed}`) : null,
    ...(view.rights || []).map((right) => h("p", {class: "right"}, h("span", null, right.name, right.count ? ` (${right.left || 0}/${right.count})` : ""),
      button("right", T.use_right, {value: right.name, off: Boolean(right.count) && !right.left}))),
    ...(view.beside || []).map((each) => line(`${each.name} : ${points(each.points || 0, each.unit)}`, "soft")),
    ...hints(view, glance).map((hint) => line(hint, "hint")),
    glance && glance.receipt ? line(say("likes", {how: T[`receipt_${glance.receipt}`]}), "soft") : null,
    state.wish ? line(say("wished", {how: T[`receipt_${state.wish}`]}), "soft") : null,
    isPos(state) ? line(say("total", {amount: money(sale.total)}), "big") : amountForm(state),
    keys(button("reward", T.reward, {key: "F2", off: !usable(view, sale)}), button("receipt", T.receipt, {key: "F3"}),
      button("details", T.details, {key: "F6"}), button("return", T.return, {key: "F8"}), button("back", T.detach, {key: "Esc"})),
  ];
}

const figure = (name, value, note) => h("div", {class: "figure"}, h("span", null, name), h("strong", null, value), note ? h("small", null, note) : "");

/** Give what is worth a word to the customer, the most pressing first, two at most. */
function hints(view, glance) {
  return [
    glance && glance.birthday ? say("birthday", {day: day(glance.birthday)}) : "",
    view.expiring ? say("expiring", {points: points(view.expiring, view.unit), day: dayOfYear(view.expires)}) : "",
    view.becoming ? say("becoming", {points: points(view.becoming, view.unit), day: day(view.usable)}) : "",
  ].filter(Boolean).slice(0, HINTS_MAX);
}

function unknown(state) {
  return [
    lead(T.unknown_title, line(state.person.tail ? say("unknown_card", {tail: state.person.tail}) : T.unknown_plain)),
    line(T.unknown_how, "soft"),
    keys(button("enrol", T.enrol, {key: "F4", primary: true}), button("find", T.find_owner, {key: "F1"}), button("back", T.ignore, {key: "Esc"})),
    isPos(state) ? null : amountForm(state),
  ];
}

function matches(state) {
  const found = state.found || [];
  const title = state.purpose === "attach" ? T.attach_to : say("matches_title", {n: found.length});
  return [
    lead(state.found ? title : T.searching),
    state.found && !found.length ? line(T.none_found) : null,
    h("ol", {class: "matches"}, ...found.map((each, at) => h("li", null,
      h("button", {type: "button", "data-act": "pick", value: each.member, "data-primary": at === 0},
        h("kbd", {"aria-hidden": "true"}, String(at + 1)), h("b", null, [each.first_name, each.last_name].filter(Boolean).join(" ") || T.nameless),
        h("span", null, [each.phone, each.email, each.city, each.tail && `…${each.tail}`].filter(Boolean).join(" · ")),
        h("small", null, each.last ? say("last_visit", {day: dayOfYear(each.last)}) : T.no_visit))))),
    keys(button("enrol", T.enrol, {key: "F4"}), button("back", T.cancel, {key: "Esc"})),
  ];
}

function enrol(state) {
  return [
    lead(T.enrol_title, line(state.person && state.person.tail ? say("enrol_card", {tail: state.person.tail}) : T.enrol_how, "soft")),
    form("enrol",
      field("contact", T.contact, {first: true, mode: "email", hint: T.contact_hint, digits: true}),
      state.mail.meant ? suggestion(state.mail.meant) : "",
      ...(state.found || []).slice(0, 3).map((each) => h("p", {class: "right"}, h("span", null, say("known_already", {name: nameOf(each)})),
        button("pick", T.its_them, {value: each.member}))),
      field("first_name", T.first_name),
      line(T.enrol_consent, "soft"),
      submit(T.save, "F4")),
    keys(button("back", T.cancel, {key: "Esc"})),
  ];
}

const suggestion = (meant) => h("p", {class: "call"}, h("span", null, say("meant", {address: meant})), button("accept", T.yes_fix, {key: "↓", value: meant}));

function mail(state) {
  const known = state.done && state.done.member;
  return [
    lead(T.mail_title, line(T.mail_purpose, "soft")),
    form("mail",
      field("email", T.email, {first: true, mode: "email", max: 254}),
      h("p", {class: "chips"}, ...((state.screen && state.screen.domains) || []).map((domain) => button("domain", `@${domain}`, {value: domain}))),
      state.mail.meant ? suggestion(state.mail.meant) : "",
      known ? tick("keep", T.keep_address) : "",
      submit(T.send)),
    keys(button("back", T.cancel, {key: "Esc"})),
  ];
}

function choices(state, act) {
  const shown = CHANNELS.filter((channel) => channel !== "qr" || (state.screen && state.screen.page));
  return keys(...shown.map((channel, at) => button(act, T[`receipt_${channel}`], {key: String(at + 1), value: channel})));
}

function receipt(state) {
  const glance = state.person && state.person.glance;
  return [
    lead(T.receipt_title, line(T.receipt_how, "soft")),
    choices(state, "wish"),
    state.display ? line(T.on_display, "soft") : null,
    glance ? form("none", tick("remember", T.remember)) : null,
    keys(button("back", T.cancel, {key: "Esc"})),
  ];
}

function reward(state) {
  const sale = state.basket || {};
  const programmes = buying(state.person.view, sale);
  const other = otherAmount(programmes);
  let at = 0; // keys go on from one programme to the next
  return [
    lead(T.reward_title),
    line(missing(state.person.view, sale)),
    sale.total ? null : line(T.amount_first, "call"),
    ...programmes.flatMap((programme) => [
      programme.name ? h("h3", null, programme.name) : null,
      line(say("has", {points: points(programme.available || 0, programme.unit)}), "big"),
      h("div", {class: "keys presets"}, ...programme.rewards.flatMap((offer) => presets(offer, programme)).map((each) => button("hold", each.label, {
        key: at === 0 ? "F2" : at < 10 ? String(at) : "", value: [each.blocks, programme.programme, each.reward].join("|"),
        off: !each.fits || !sale.total, primary: at++ === 0, note: each.note,
      }))),
    ]),
    other ? form("other", field("other", named(T.other_amount, other.name), {mode: "decimal", digits: true, max: 10}), submit(T.use)) : null,
    keys(button("back", T.cancel, {key: "Esc"})),
  ];
}

/** Give the discounts of a sale that points are held for. */
const heldIn = (sale) => (sale.discounts || []).filter((each) => each.hold);
const named = (text, programme) => (programme ? `${text} (${programme})` : text);

/** Give what can be chosen of a reward, the largest first; what is out of reach cannot be pressed. */
function presets(offer, {available, unit}) {
  const most = offer.blocks || 0;
  const blocks = isMoney(offer) ? [...new Set([Math.max(most, 1), 1, 2, 4])] : [1];
  return blocks.map((count) => ({
    blocks: count, reward: offer.label, fits: count <= most,
    label: isMoney(offer) ? money(count * offer.amount) : offer.label,
    note: count > most ? "" : say("left_after", {points: points(Math.max(0, (available || 0) - count * offer.points), unit)}),
  }));
}

function proof(state) {
  return [
    lead(T.proof_title, line(T.proof_how)),
    form("proof", field("digits", T.proof_digits, {first: true, mode: "numeric", max: 4, digits: true}),
      state.left ? line(say("wrong_digits", {left: state.left}), "warn") : "",
      submit(T.check)),
    keys(button("back", T.cancel, {key: "Esc"})),
  ];
}

const approve = () => [
  lead(T.approve_title, line(T.approve_how)),
  form("approve", field("approver", T.approver, {first: true, max: 32}), submit(T.approve)),
  keys(button("back", T.cancel, {key: "Esc"})),
];

function signIn(state) {
  return [
    lead(T.sign_in_title, line(state.staff ? say("cashier", {name: state.staff}) : T.sign_in_how, "soft")),
    cashiers().length ? h("p", {class: "chips"}, ...cashiers().map((name) => button("cashier", name, {value: name}))) : null,
    form("sign_in", field("person", T.sign_in_name, {first: true, max: 32}),
      field("secret", T.pin, {type: "password", mode: "numeric", digits: true, max: 128}), submit(T.sign_in)),
    keys(state.staff ? button("sign_out", T.sign_out) : null, button("back", T.cancel, {key: "Esc"})),
  ];
}

function other(state) {
  const now = state.person && state.person.view ? nameOf(state.person.view) : T.another_card;
  const next = state.other.unknown ? T.new_card : nameOf(state.other);
  return [
    lead(T.other_title, line(say("other_how", {now, next}))),
    keys(state.other.unknown ? null : button("change", say("change_to", {name: next}), {key: "⏎", primary: true}), button("back", T.keep, {key: "Esc"})),
  ];
}

function refused(state) {
  const {key, detail, title} = state.refusal;
  return [
    lead(T.refused_title, line(key ? T[key] : detail || title || T.refused_plain)),
    key === "ended_card" ? line(T.ended_how, "soft") : line(T.sale_goes_on, "soft"),
    keys(button("back", T.understood, {key: "Esc", primary: true})),
  ];
}

function done(state) {
  const {member: view, earned, why, missed, total, used, issued, receipt_detail: trouble} = state.done;
  const handed = state.handed || state.code;
  return [
    lead(T.done_title, line(money(total), "big")),
    view ? h("div", {class: "figures"},
      figure(nameOf(view), `+${points(earned || 0, view.unit)}`, (why && why.said) || ""),
      figure(T.balance_now, points(view.points || 0, view.unit), used ? say("used", {points: points(used, view.unit)}) : "")) : null,
    missed ? h("div", {class: "call"}, line(say("did_bring", {points: points(missed.points, missed.unit)}), "big"),
      line(state.wasAsked ? T.was_asked : T.ask_next, "soft")) : null,
    ...brought(issued || []).map((label) => line(say("issued", {label}), "hint")),
    line(trouble, "warn"),
    state.code ? h("img", {class: "code", src: `/till/qr?ticket=${encodeURIComponent(state.done.ticket)}`, alt: T.qr_alt, width: 200, height: 200}) : null,
    handed ? line(T[`handed_${state.code ? "qr" : state.handed}`], "good") : h("div", null, h("h3", null, T.receipt_title), choices(state, "hand"), state.display ? line(T.on_display, "soft") : ""),
    keys(button("return", T.return, {key: "F8"}), button("reprint", T.reprint, {key: "F9"}), button("back", T.next, {key: "Esc"})),
  ];
}

/** Name what a ticket brought, each kind once. */
function brought(issued) {
  const labels = issued.map((each) => each.label || T.gift_card);
  return [...new Set(labels)].map((label) => {
    const count = labels.filter((each) => each === label).length;
    return count > 1 ? `${count} × ${label}` : label;
  });
}

function details(state) {
  const {profile, lines} = state.details;
  const {view} = state.person;
  return [
    lead(nameOf(view)),
    h("dl", null, ...FIELDS.filter((name) => profile[name]).flatMap((name) => [h("dt", null, T[`field_${name}`]), h("dd", null, name === "receipt" ? T[`receipt_${profile[name]}`] : profile[name])]),
      ...(view.cards || []).flatMap((card) => [h("dt", null, T.card), h("dd", null, `…${card.tail} ${card.status === "active" ? "" : T.card_ended}`)])),
    h("h3", null, T.moved),
    lines.length ? h("ul", {class: "moves"}, ...lines.map((each) => h("li", null, h("span", null, `${day(each.day)} · ${T[`kind_${each.kind}`] || each.kind}`),
      h("b", null, `${each.points > 0 ? "+" : ""}${points(each.points, view.unit)}`)))) : line(T.nothing_moved, "soft"),
    keys(button("back", T.close, {key: "Esc", primary: true})),
  ];
}

/** Give a ticket's number and its day from its key, which ends in both. */
function ticketName(key) {
  const [date, number] = key.split("/").slice(-2);
  return `${number} · ${dayOfYear(date)}`;
}

function goods(state) {
  const {tickets, view, lines, preview, choice} = state.returning;
  if (!view) {
    return [
      lead(T.return_title, line(T.return_how, "soft")),
      form("ticket", field("ticket", T.ticket_number, {first: true, max: 120}), submit(T.show)),
      h("ul", {class: "moves"}, ...tickets.slice(0, 6).map((key) => h("li", null, button("ticket", ticketName(key), {value: key})))),
      keys(button("back", T.cancel, {key: "Esc"})),
    ];
  }
  return [
    lead(say("return_of", {number: view.sale.number}), line(money(view.sale.lines.reduce((sum, each) => sum + each.amount, 0)), "soft")),
    h("ul", {class: "goods"}, ...view.sale.lines.map((each, at) => h("li", null,
      h("button", {type: "button", "data-act": "goods", value: at, "aria-pressed": String(lines.includes(at)), disabled: !left(view, at)},
        h("span", null, each.label || each.article), h("b", null, money(each.amount)))))),
    preview ? h("div", {class: "call"}, line(preview.said, "big")) : null,
    choice ? h("div", {class: "call"}, line(choice.detail), keys(...choice.answers.map((answer, at) => button("choose", T[`choice_${answer}`] || answer, {value: answer, key: String(at + 1)}))),
      form("none", field("approver", T.approver, {max: 32}))) : null,
    keys(button("giveback", T.give_back, {key: "⏎", primary: true, off: !preview}), button("back", T.cancel, {key: "Esc"})),
  ];
}

/** Give what of a line can still come back, in thousandths. */
export const left = (view, at) => (view.sale.lines[at].quantity || 1000) - ((view.back || [])[at] || 0);

const returned = (state) => [
  lead(T.returned_title, line(say("refund", {amount: money(state.returned.refund)}), "big")),
  state.returned.taken_back ? line(say("taken_back", {points: points(state.returned.taken_back, state.returned.member && state.returned.member.unit)})) : null,
  state.returned.given_back ? line(say("given_back", {points: points(state.returned.given_back, state.returned.member && state.returned.member.unit)})) : null,
  keys(button("back", T.next, {key: "Esc", primary: true})),
];

export const STAGES = {
  idle, member, unknown, matches, enrol, mail, receipt, reward, proof, approve, sign_in: signIn, other, refused, done, details, return: goods, returned,
};
