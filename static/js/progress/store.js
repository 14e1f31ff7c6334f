// What this page knows of progress. For a guest the facts are in this browser's storage and
// nowhere else. For a learner they are the server's, and what is not sent yet waits in a
// queue that belongs to them alone. Whoever changes facts calls say(); whoever shows them
// listens with watch().

import { LIMIT, merge, problem } from "./facts.js";

const GUEST = "progress";
const QUEUE = "progress-queue";
const form = document.querySelector("form[data-learner]");

// "" for a guest.
export const learner = form?.dataset.learner ?? "";
export const channel = learner && "BroadcastChannel" in globalThis ? new BroadcastChannel(`progress-${learner}`) : null;

const watchers = new Set();
let base = [];   // a learner's facts as the server gave them
let unsent = []; // a learner's facts that the server has not confirmed
let guest = [];

export const watch = (watcher) => watchers.add(watcher);
export const held = () => merge(learner ? base : guest, unsent);
// Also what another tab of theirs has not sent, and may have been closed with.
export const queue = () => [...merge(read(QUEUE), unsent).values()];
export const guestFacts = () => read(GUEST);

const tell = () => watchers.forEach((watcher) => watcher());

// Facts that somebody stated here. False when this browser could not keep them.
export function say(facts) {
  if (learner) {
    unsent = [...merge(queue(), facts).values()];
    channel?.postMessage({ facts });
  } else {
    guest = [...merge(read(GUEST), guest, facts).values()];
  }
  const isKept = learner ? write(QUEUE, unsent, { learner }) : write(GUEST, guest);
  tell();
  return isKept;
}

// The server's answer: what holds there, and that it has these facts of ours now. An answer
// may come late, so it is merged into what another tab has said meanwhile.
export function confirm(facts, sent) {
  const known = new Set(sent.map((fact) => JSON.stringify(fact)));
  unsent = queue().filter((fact) => !known.has(JSON.stringify(fact)));
  base = [...merge(base, facts).values()];
  if (unsent.length) write(QUEUE, unsent, { learner });
  else remove(QUEUE);
  tell();
}

export function begin(facts) {
  base = facts;
}

export function emptyGuest(sent = null) {
  const known = new Set(sent?.map((fact) => JSON.stringify(fact)));
  guest = sent ? read(GUEST).filter((fact) => !known.has(JSON.stringify(fact))) : [];
  if (guest.length) write(GUEST, guest);
  else remove(GUEST);
  tell();
}

// Signing out: nothing of the account stays, in this tab and in the others.
export function forget() {
  unsent = guest = [];
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(GUEST)) remove(key);
  } catch { /* closed storage holds nothing */ }
}

// Facts in storage. What cannot be read at all is set aside, never overwritten.
function read(key) {
  let text = null;
  try {
    text = localStorage.getItem(key);
    const data = JSON.parse(text ?? "{}");
    if (key === QUEUE && data.learner !== learner) return [];
    return (Array.isArray(data.facts) ? data.facts : []).filter((fact) => !problem(fact)).slice(0, LIMIT);
  } catch {
    if (text !== null) keep(`${key}-unreadable`, text);
    return [];
  }
}

const write = (key, facts, more = {}) => keep(key, JSON.stringify({ version: 1, ...more, facts }));

function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* closed storage holds nothing */ }
}

function reread() {
  guest = read(GUEST);
  tell();
}

if (learner) {
  unsent = read(QUEUE);
  if (!unsent.length) remove(QUEUE); // also what somebody else had left behind
  channel?.addEventListener("message", ({ data }) => {
    if (!data.facts) return;
    base = [...merge(base, data.facts).values()];
    tell();
  });
} else {
  guest = read(GUEST);
  // Another tab has changed it; this one takes over what it says, and Back shows it too.
  addEventListener("storage", (event) => {
    if (event.key === GUEST || event.key === null) reread();
  });
  // Guests have no cookie: with one, somebody may have signed in since this page was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if (document.cookie.includes("csrftoken=")) location.reload();
    else reread();
  });
}
