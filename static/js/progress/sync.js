// A learner's facts to the server and back. Whatever happens to a request, sending it again
// does no harm: facts stay in the queue until an answer has confirmed them.

import { begin, channel, confirm, emptyGuest, forget, guestFacts, learner, queue } from "./store.js";

const CHUNK = 2000;
const WAITS = [2, 5, 15, 60, 300];
const PROBLEMS = { 401: "signedOut", 403: "signedOut", 429: "busy" };
const lang = document.documentElement.lang;
const menu = document.querySelector("form[data-learner]");
let quest = null;
let welcome = () => {};
let running = null;
let failures = 0;
let timer;

export const status = { problem: "" }; // "", "offline", "failed", "busy", "refused" or "signedOut"
export const isWaiting = () => Boolean(guestFacts().length || queue().length);

// ``receipt`` is called with the answer when a guest's facts were brought along.
export function start(subject, receipt) {
  quest = subject?.quest ?? null;
  welcome = receipt;
  if (subject?.facts) begin(subject.facts);
}

// One request at a time; gives back whether everything is confirmed.
export function sync() {
  clearTimeout(timer);
  running ??= send().finally(() => { running = null; });
  return running;
}

async function send() {
  if (!(await bringGuestFacts())) return false;
  let refused = 0;
  do {
    const facts = queue().slice(0, CHUNK);
    const answer = await post("sync", { facts, quest });
    if (!answer) return false;
    refused += answer.refused.length;
    confirm(quest ? answer.facts : taken(facts, answer), facts);
  } while (queue().length);
  status.problem = refused ? "refused" : "";
  return !refused;
}

// On a page of no single quest the answer does not say what holds; it says what was refused.
function taken(facts, { refused }) {
  const not = new Set(refused.map(({ fact }) => JSON.stringify(fact)));
  return facts.filter((fact) => !not.has(JSON.stringify(fact)));
}

// The answer's data; null when there was none to be had, now or ever.
async function post(name, data) {
  try {
    const answer = await fetch(`/${lang}/me/${name}/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(data),
      cache: "no-store",
    });
    if (answer.ok) {
      const read = await answer.json();
      failures = 0;
      status.problem = "";
      return read;
    }
    status.problem = PROBLEMS[answer.status] ?? "failed";
  } catch {
    status.problem = "offline";
  }
  if (status.problem !== "signedOut") later();
  return null;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(sync, 1000 * WAITS[Math.min(failures, WAITS.length - 1)]);
  failures += 1;
}

// The cookie is the present one, also in a tab that was opened before signing in again.
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? menu?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

// At sign-in: what this browser held as a guest goes to the account, and only there.
// The token makes a repeated request the same merge, also from two tabs at once.
async function bringGuestFacts() {
  const facts = guestFacts();
  if (!facts.length) return true;
  const answer = await post("merge", { facts, quest, token: mergeToken() });
  if (!answer) return false;
  emptyGuest(facts);
  localStorage.removeItem("progress-merge");
  confirm(quest ? answer.facts : taken(facts, answer), []);
  welcome(answer);
  return true;
}

function mergeToken() {
  const known = localStorage.getItem("progress-merge");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem("progress-merge", made);
  return made;
}

// Signing out sends what is waiting first. What cannot be sent is lost only when the learner
// says so, and in either case nothing of the account stays here.
async function signOut(event) {
  const form = event.target.closest?.("form[data-sign-out]");
  if (!form) return;
  if (isWaiting()) {
    event.preventDefault();
    await sync();
    if (isWaiting() && !globalThis.confirm(menu.dataset.unsent)) return;
    form.submit();
  }
  forget();
  channel?.postMessage({ signedOut: true });
}

// Another tab, or another device, may have ended the session.
async function look() {
  await sync();
  if (status.problem === "signedOut" && !isWaiting()) location.reload();
}

if (learner) {
  addEventListener("online", sync);
  // Back shows a page as it was: kept whole, or from the browser's cache without asking.
  addEventListener("pageshow", (event) => {
    if (event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward") look();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  document.addEventListener("submit", signOut);
  channel?.addEventListener("message", ({ data: { signedOut } }) => {
    if (!signedOut) return;
    forget();
    setTimeout(() => location.reload(), 1500);
  });
}
