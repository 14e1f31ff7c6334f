// The buttons of a lesson: what is done, since when, and taking it back.

import "./level-bar.js";
import { celebrate, say as tell } from "./celebration.js";
import { state, undone } from "./facts.js";
import { held, learner, say } from "./store.js";
import { status, sync } from "./sync.js";

const { date, toggle } = globalThis.progressBar;
const { standing } = globalThis.progressRules;
const section = document.querySelector("[data-lesson-progress]");
const lesson = section?.dataset.lessonProgress;

export function show(subject) {
  if (!section) return;
  for (const form of section.querySelectorAll("form[data-kind]")) {
    const fact = held().get(`${lesson} ${form.dataset.kind}`);
    const isDone = Boolean(fact?.done);
    toggle(form, "[data-todo]", !isDone);
    toggle(form, "[data-done]", isDone);
    if (isDone) date(form.querySelector("time"), fact.on);
  }
  showRevised(subject, held().get(`${lesson} read`));
}

function showRevised(subject, read) {
  const { revised = 0 } = subject.tracks.flatMap((track) => track.lessons).find((one) => one.id === lesson) ?? {};
  const since = read?.done ? Date.parse(read.on) / 1000 : Infinity;
  const notice = section.querySelector("[data-revised]");
  notice.hidden = revised <= since;
  if (!notice.hidden) notice.querySelector("a").href = `${section.dataset.changes}?since=${since}`;
}

export function listen(subject) {
  section?.addEventListener("submit", (event) => {
    event.preventDefault();
    act(subject, event.target, event.submitter?.value !== "0");
  });
}

async function act(subject, form, isDone) {
  const present = held().get(`${lesson} ${form.dataset.kind}`);
  if (Boolean(present?.done) === isDone) return;
  const before = standing(held().values(), subject);
  const fact = isDone ? state(lesson, form.dataset.kind, present) : undone(present);
  const isKept = say([fact]);
  form.querySelector(isDone ? "[data-done] button" : "[data-todo]").focus();
  if (!isKept && !learner) {
    tell("full");
    return;
  }
  celebrate(before, standing(held().values(), subject), subject.rules);
  if (learner && !(await sync())) tell(status.problem);
}
