// The till screen as a value, and what each event makes of it. Pure: no page, no clock, no network.

const RECENT_MAX = 3;
const TICKETS_MAX = 20;

export const begin = () => ({
  link: "starting", // starting, there or lost
  staff: "",
  display: false, // a customer display stands by
  volume: "",
  screen: null, // the till as it was asked for last
  devices: {},
  hub: null,
  jobs: {},
  basket: null, // as the register answered it
  person: null, // {view, glance}, or {tail} of a card that nobody holds
  other: null, // somebody else whose card was read: asked about first
  step: "", // what the cashier opened on top
  purpose: "", // of a search: "attach" gives the scanned card to whom is found
  found: null, // members that fit the search
  keyed: null, // a sale keyed on this screen: {amount}
  own: "", // the basket that holds it
  wish: "", // the receipt chosen before the sale is closed
  held: null, // points held for the sale
  retry: null, // what is done again once somebody allowed it
  left: 0, // tries to prove who it is, after a wrong one
  asked: false, // the customer without a card was asked for one
  done: null, // the sale that was closed last
  handed: "", // how its receipt went out
  code: "", // the address of its receipt's QR
  details: null,
  returning: null, // {tickets, ticket, view, lines, preview, choice}
  returned: null,
  mail: {usable: false, meant: ""},
  refusal: null,
  recent: [],
  tickets: [], // keys of tickets seen here, the newest first
  busy: false,
});

/** Name what the stage shows. */
export function stageOf(state) {
  if (state.refusal) return "refused";
  if (state.other) return "other";
  if (state.step) return state.step;
  if (state.returned) return "returned";
  if (state.done) return "done";
  if (state.person) return state.person.view ? "member" : "unknown";
  return "idle";
}

/** Tell whether a POS told what is in the basket, and closes the sale itself. */
export const isPos = (state) => Boolean(state.basket && state.basket.total && !state.keyed && state.basket.basket !== state.own);

const nobody = {
  person: null, other: null, step: "", purpose: "", found: null, refusal: null, held: null,
  left: 0, details: null, retry: null, wish: "",
};
const afterwards = {done: null, handed: "", code: "", returned: null, returning: null};

function met(state, view) {
  const same = state.person && state.person.view && state.person.view.member === view.member;
  const recent = [view, ...state.recent.filter((each) => each.member !== view.member)];
  return {
    person: {view, glance: same ? state.person.glance : null},
    recent: recent.slice(0, RECENT_MAX),
  };
}

/** A card was read. */
function scan(state, told) {
  const fresh = {...state, ...nobody, ...afterwards};
  const basket = told.basket && (!state.basket || state.basket.basket !== told.basket) ? {basket: told.basket} : state.basket;
  switch (told.outcome) {
    case "member":
      return {...fresh, basket, held: state.held, ...met(state, told.member)};
    case "unknown_card":
      return {...fresh, basket, person: {tail: told.tail || ""}};
    case "other_member":
      return {...state, ...afterwards, step: "", refusal: null, other: told.member || {unknown: true}};
    case "ended_card":
    case "programme_ended":
      return {...state, ...afterwards, step: "", refusal: {key: told.outcome}};
    case "voucher":
    case "gift_card":
      return {...state, refusal: null};
    default:
      return state;
  }
}

/** The open basket is another, or another's. */
function basket(state, told) {
  const changed = {...state, basket: told};
  if (!told.member) {
    const tail = told.tail ? {person: {tail: told.tail}} : {person: null, held: null, left: 0};
    return {...changed, ...tail, step: state.person && state.person.view ? "" : state.step};
  }
  return {...changed, ...met(state, told.member), other: null, held: heldIn(told)};
}

const heldIn = (told) => (told.discounts || []).find((each) => each.hold) || null;

function sold(state, told) {
  if (state.tickets.includes(told.ticket)) {
    return state.done && state.done.ticket === told.ticket ? {...state, done: {...told, ...state.done}} : state;
  }
  return {
    ...(told.member ? fresher(state, told.member) : state), ...nobody, ...afterwards, basket: null, keyed: null,
    asked: false, wasAsked: state.asked, wished: state.wish, who: state.person, done: told,
    handed: told.receipt_job ? "job" : "", code: told.receipt_url || "",
    tickets: [told.ticket, ...state.tickets].slice(0, TICKETS_MAX),
  };
}

function fresher(state, view) {
  const recent = state.recent.map((each) => (each.member === view.member ? view : each));
  const person = state.person && state.person.view && state.person.view.member === view.member;
  return {...state, recent, person: person ? {...state.person, view} : state.person};
}

/** How the till stands; an answer that came when the line was cut already says nothing of the line. */
function snapshot(state, {staff, screen, display, cut}) {
  const devices = Object.fromEntries(screen.standing.devices.map((each) => [each.device, each]));
  const seen = {...state, link: cut ? state.link : "there", staff: staff || "", display: Boolean(display), screen, devices, hub: screen.standing.hub};
  if (screen.basket) return state.done ? {...seen, basket: screen.basket} : basket(seen, screen.basket);
  return state.basket && !state.keyed ? {...seen, ...nobody, basket: null} : seen;
}

/** Esc: the newest thing goes first, the member last. Gives the state, and what to tell the register. */
export function back(state) {
  if (state.refusal) return [{...state, refusal: null, step: state.step === "proof" ? "" : state.step}, ""];
  if (state.other) return [{...state, other: null}, ""];
  if (state.step) return [{...state, step: "", found: null, purpose: "", details: null, retry: null, returning: null}, ""];
  if (state.returned || state.done) return [{...state, ...afterwards}, ""];
  if (state.person) return [{...state, ...nobody}, "detach"];
  return [{...state, keyed: null}, state.basket && state.basket.basket === state.own ? "drop" : ""];
}

const REDUCERS = {
  scan,
  basket_changed: basket,
  member_enrolled: fresher,
  member_changed: fresher,
  sale_closed: sold,
  now: snapshot,
  asked: (state) => ({...state, asked: true}),
  job_changed: (state, job) => ({...state, jobs: {...state.jobs, [job.id]: job}}),
  device_changed: (state, told) => ({...state, devices: {...state.devices, [told.device]: told}}),
  hub_changed: (state, told) => ({...state, hub: told}),
  read_refused: (state, told) => ({...state, refusal: {detail: told.detail}}),
  linked: (state, {line}) => ({...state, link: line}),
  refused: (state, {problem}) => (problem.reason === "lost"
    ? {...state, link: "lost", busy: false}
    : {...state, busy: false, refusal: problem}),
  glance: (state, told) => (state.person && state.person.view && state.person.view.member === told.member
    ? {...state, person: {...state.person, glance: told}} : state),
  set: (state, changes) => ({...state, ...changes}),
  open: (state, {step, ...rest}) => ({...state, refusal: null, step, ...rest}),
};

/** Give what an event makes of the state; one that is not known changes nothing. */
export const reduce = (state, name, body) => (REDUCERS[name] ? REDUCERS[name](state, body) : state);
