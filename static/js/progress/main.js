// Progress on the page: fills the bars, the buttons and the lists, and again on every change.

import "./rules.js";
import "./level-bar.js";
import "./file.js";
import * as lesson from "./lesson.js";
import * as lists from "./lists.js";
import { keepReceipt, showKeptReceipt, showReceipt } from "./receipt.js";
import { begin, channel, held, learner, watch } from "./store.js";
import { isWaiting, start, sync } from "./sync.js";

const { data, fill } = globalThis.progressBar;
const subjects = [...document.querySelectorAll("script[data-progress]")].map((block) => data(block.dataset.progress));
const subject = subjects.length === 1 ? subjects[0] : null;

function show() {
  for (const bar of document.querySelectorAll("[data-level-bar]")) {
    const own = subjects.find((one) => one.quest === bar.dataset.levelBar);
    fill(bar, globalThis.progressRules.standing(held().values(), own), own.rules);
  }
  if (subject) lesson.show(subject);
  lists.show(subject);
}

// A learner's own page is drawn by the server, plots and all: what was waiting here is sent,
// and the page is asked for again. So it is when another tab has said something.
async function redraw() {
  if (await sync()) location.reload();
}

function redrawWhenStale() {
  let isStale = false;
  channel?.addEventListener("message", ({ data }) => { isStale ||= Boolean(data.facts); });
  document.addEventListener("visibilitychange", () => {
    if (isStale && document.visibilityState === "visible") redraw();
  });
}

// What these pages say of a learner is in them; a request for one quest cannot bring it up to date.
function reloadAfterBack() {
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward") location.reload();
  });
}

const isDrawn = learner && document.querySelector("[data-drawn-by-server]");
const isList = learner && document.querySelector("[data-list-progress]");
const listed = document.querySelector("script[data-held]");
if (learner) start(subject, isDrawn ? keepReceipt : showReceipt);
if (listed) begin(JSON.parse(listed.textContent));
if (subject) lesson.listen(subject);
if (isDrawn || isList) reloadAfterBack();
if (isDrawn) redrawWhenStale();
else {
  watch(show);
  show();
}
if (learner) showKeptReceipt();
if (learner && isWaiting()) (isDrawn ? redraw : sync)();
