// A learner's facts to the server and back. Whatever happens to a request, sending it again
// does no harm: facts stay in the queue until an answer has confirmed them.

import { begin, channel, confirm, emptyGuest, emptyQueue, guestFacts, learner, queue } from "./store.js";

const CHUNK = 2000;
const WAITS = [2, 5, 15, 60, 300];
const lang = document.documentElement.lang;
let quest = null;
let running = null;
let failures = 0;
let timer;

export const status = { problem: "" }; // "", "offline" or "signed-out"

export function start(subject) {
  quest = subject?.quest ?? null;
  if (subject?.facts) begin(subject.facts);
}

// One request at a time; gives back whether everything is confirmed.
export function sync() {
  clearTimeout(timer);
  running ??= send().finally(() => { running = null; });
  return running;
}

async function send() {
  do {
    const facts = queue().slice(0, CHUNK);
    const answer = await post("sync", { facts, quest });
    if (!answer) return false;
    confirm(answer.facts, facts);
  } while (queue().length);
  return true;
}

// The answer's data; null when there was none to be had, now or ever.
export async function post(name, data) {
  try {
    const answer = await fetch(`/${lang}/me/${name}/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(data),
      cache: "no-store",
    });
    if (answer.ok) {
      failures = 0;
      status.problem = "";
      return await answer.json();
    }
    if (answer.status === 401 || answer.status === 403) status.problem = "signed-out";
    else later();
  } catch {
    status.problem = "offline";
    later();
  }
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
  return cookie?.[1] ?? document.querySelector("form[data-learner] [name=csrfmiddlewaretoken]")?.value ?? "";
}

// At sign-in: what this browser held as a guest goes to the account, and only there.
// The token makes a repeated request the same merge, also from two tabs at once.
export async function bringGuestFacts() {
  const facts = guestFacts();
  if (!facts.length) return null;
  const answer = await post("merge", { facts, quest, token: mergeToken() });
  if (!answer) return null;
  emptyGuest(facts);
  localStorage.removeItem("progress-merge");
  confirm(answer.facts, []);
  return answer;
}

function mergeToken() {
  const known = localStorage.getItem("progress-merge");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem("progress-merge", made);
  return made;
}

// Signing out sends what is waiting first, and leaves nothing of the account here.
async function signOut(event) {
  const form = event.target.closest?.("form[data-sign-out]");
  if (!form || form.dataset.isReady) return;
  form.dataset.isReady = "yes";
  if (!queue().length) {
    channel?.postMessage({ signedOut: true });
    return;
  }
  event.preventDefault();
  const isSent = await sync();
  if (isSent || status.problem === "signed-out") emptyQueue();
  form.submit();
}

if (learner) {
  addEventListener("online", sync);
  addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    await sync();
    if (status.problem === "signed-out" && !queue().length) location.reload();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sync();
  });
  document.addEventListener("submit", signOut);
}
