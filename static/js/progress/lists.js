// Lists of lessons show what is done; the quest's page also where to resume and what was earned.

import "./level-bar.js";
import { held } from "./store.js";

const { date } = globalThis.progressBar;
const place = document.querySelector("[data-quest-progress], [data-list-progress]");
const items = [...document.querySelectorAll("li[data-lesson]")];
const has = (lesson, kind) => Boolean(held().get(`${lesson} ${kind}`)?.done);

// ``subject`` is null where the lessons are of many quests, or of one whose bar is not shown.
export function show(subject) {
  if (!place) return;
  if (!subject) {
    items.forEach((item) => mark(item));
    return;
  }
  const revised = new Map(subject.tracks.flatMap((track) => track.lessons.map((one) => [one.id, one.revised ?? 0])));
  for (const item of items) mark(item, revised.get(item.dataset.lesson));
  showResume(subject);
  showAchievements(subject);
}

function mark(item, revised) {
  const { lesson } = item.dataset;
  const read = held().get(`${lesson} read`);
  const said = [];
  if (read?.done) said.push(["✓", place.dataset.done]);
  if (has(lesson, "exercise")) said.push(["★", place.dataset.exerciseDone]);
  if (read?.done && revised > Date.parse(read.on) / 1000) said.push(["↻", place.dataset.wasRevised]);
  item.classList.toggle("is-done", Boolean(read?.done));
  item.querySelector(".marks")?.remove();
  if (!said.length) return;
  const marks = document.createElement("span");
  marks.className = "marks";
  for (const [sign, words] of said) {
    const one = document.createElement("span");
    one.setAttribute("role", "img");
    one.setAttribute("aria-label", words);
    one.title = words;
    one.textContent = sign;
    marks.append(one);
  }
  item.querySelector(".extra, .entry-line").prepend(marks, " ");
}

function showAchievements(subject) {
  for (const { id, have, need, earned } of globalThis.progressRules.standing(held().values(), subject).achievements) {
    const item = document.querySelector(`[data-achievement="${CSS.escape(id)}"]`);
    if (!item) continue;
    item.classList.toggle("is-earned", Boolean(earned));
    item.querySelector(".so-far")?.remove();
    if (!have) continue;
    const line = document.createElement("p");
    line.className = "so-far";
    if (earned) {
      const day = document.createElement("time");
      date(day, earned);
      line.append(`${place.dataset.earned} `, day);
    } else line.textContent = `${have}/${need}`;
    item.append(line);
  }
}

// The first unread lesson after the one read last, as in progress/quests.py.
function showResume(subject) {
  const order = subject.tracks.flatMap((track) => track.lessons.map((one) => one.id));
  const read = [...held().values()].filter((fact) => fact.done && fact.kind === "read" && order.includes(fact.lesson));
  read.sort((a, b) => Date.parse(b.on) - Date.parse(a.on) || (a.lesson < b.lesson ? 1 : -1));
  const start = order.indexOf(read[0]?.lesson) + 1;
  const next = [...order.slice(start), ...order.slice(0, start)].find((lesson) => !has(lesson, "read"));
  const link = items.find((item) => item.dataset.lesson === next)?.querySelector("a");
  const resume = place.querySelector("[data-resume]");
  const isBegun = order.some((lesson) => has(lesson, "read") || has(lesson, "exercise"));
  resume.hidden = !link || !isBegun;
  if (resume.hidden) return;
  const title = resume.querySelector("[data-resume-title]");
  const name = link.querySelector(".name");
  resume.querySelector("a").href = link.href;
  title.textContent = name.textContent;
  title.lang = name.lang || document.documentElement.lang;
}
