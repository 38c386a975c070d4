// Talking to the register: calls that are repeated under one key, and one event stream for all tabs.

const API = "/api/v1";
const TRIES = 4;
const WAIT_MS = 400;
const CHANNEL = "pos-loyalty-till";
const EVENTS = [
  "scan", "basket_changed", "member_enrolled", "member_changed", "sale_closed", "lines_returned",
  "job_changed", "device_changed", "read_refused", "hub_changed", "programme_published", "missed",
];

export const ticketPath = (ticket) => ticket.split("/").map(encodeURIComponent).join("/");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A refusal of the register, or `lost` where it cannot be reached. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.reason);
    this.problem = problem;
  }
}

/**
 * Send a request; a write that got no answer is sent again under the same key.
 *
 * `patient` writes are sent until they are answered: a sale is never given up and never doubled.
 */
export async function call(method, path, body, {key = newKey(), patient = false} = {}) {
  const headers = {"Accept-Language": document.documentElement.lang};
  if (method !== "GET") headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = {method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store"};
  for (let tried = 1; ; tried += 1) {
    const answer = await fetch(path.startsWith("/till") ? path : API + path, sent).catch(() => null);
    if (answer && answer.status !== 503) return read(answer);
    if (!patient && tried >= (method === "GET" ? 1 : TRIES)) {
      if (answer) return read(answer);
      throw new Refused({reason: "lost"});
    }
    await pause(Math.min(WAIT_MS * tried, 3000));
  }
}

async function read(answer) {
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  throw new Refused(told || {reason: "lost"});
}

/**
 * Tell `heard(name, body)` of every event and `linked(state)` of the line: there or lost. One
 * tab holds the stream and tells the others; after `there` something may have been missed.
 *
 * Gives what shares an event of this tab with all of them.
 */
export function follow(heard, linked) {
  const others = new BroadcastChannel(CHANNEL);
  let line = "";
  let leading = false;
  const tell = (name, body) => {
    others.postMessage({name, body});
    heard(name, body);
  };
  const turn = (state) => {
    if (state === line) return;
    line = state;
    others.postMessage({line});
    linked(state);
  };
  others.onmessage = ({data}) => {
    if (data.asks) {
      if (leading) others.postMessage({line});
    } else if (data.line) {
      line = data.line;
      linked(line);
    } else heard(data.name, data.body);
  };
  const lead = () => new Promise(() => {
    leading = true;
    line = ""; // the tab that led before may have missed something
    open(tell, turn);
  });
  others.postMessage({asks: true});
  if (navigator.locks) navigator.locks.request(CHANNEL, lead);
  else lead(); // a page that came over plain HTTP from another machine has no locks
  return tell;
}

function open(tell, turn) {
  const stream = new EventSource(`${API}/events`);
  stream.onopen = () => turn("there");
  stream.onerror = () => {
    turn("lost");
    if (stream.readyState !== EventSource.CLOSED) return;
    stream.close();
    setTimeout(() => open(tell, turn), 2000);
  };
  for (const name of EVENTS) {
    stream.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
  }
}
