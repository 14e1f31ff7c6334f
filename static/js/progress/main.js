// Progress on the page: fills the bars, the buttons and the lists, and again on every change.

import "./rules.js";
import "./level-bar.js";
import "./file.js";
import * as lesson from "./lesson.js";
import * as lists from "./lists.js";
import { showReceipt } from "./receipt.js";
import { channel, guestFacts, held, learner, queue, watch } from "./store.js";
import { bringGuestFacts, start, sync } from "./sync.js";

const { data, fill } = globalThis.progressBar;
const subjects = [...document.querySelectorAll("script[data-progress]")].map((block) => data(block.dataset.progress));
const subject = subjects.length === 1 ? subjects[0] : null;

function show() {
  for (const bar of document.querySelectorAll("[data-level-bar]")) {
    const own = subjects.find((one) => one.quest === bar.dataset.levelBar);
    fill(bar, globalThis.progressRules.standing(held().values(), own), own.rules);
  }
  if (subject) {
    lesson.show(subject);
    lists.show(subject);
  }
}

async function meet() {
  const answer = await bringGuestFacts();
  if (answer) showReceipt(answer);
  if (queue().length) sync();
}

// A page of several quests, a learner's own, is drawn by the server for each visit.
const isOurs = !learner || subject;
if (learner) start(subject);
if (isOurs) watch(show);
if (subject) lesson.listen(subject);
if (isOurs) show();
if (learner && (guestFacts().length || queue().length)) meet();
channel?.addEventListener("message", ({ data: { signedOut } }) => {
  if (signedOut) setTimeout(() => location.reload(), 1500);
});
