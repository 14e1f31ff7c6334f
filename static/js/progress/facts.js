// Facts of progress as pure data: the same as progress/facts.py, held together by
// tests/progress/vectors.json. Merging lives in rules.js, which the first paint needs.

import "./rules.js";

export const { merge } = globalThis.progressRules;
export const FORMAT = "learning-progress";
export const LIMIT = 10_000;

const LAST = 253_402_214_400_000;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const ON = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?!-00:00)([+-])([0-9]{2}):([0-9]{2})$/;
const KEYS = "at,done,kind,lesson,on";

// A moment as a local time with its distance from UTC, to the second.
export function local(milliseconds, offset = -new Date(milliseconds).getTimezoneOffset()) {
  const two = (number) => String(number).padStart(2, "0");
  const wall = new Date(Math.floor(milliseconds / 1000) * 1000 + offset * 60_000).toISOString().slice(0, 19);
  const far = Math.abs(offset);
  return `${wall}${offset < 0 ? "-" : "+"}${two(Math.floor(far / 60))}:${two(far % 60)}`;
}

// What somebody states by a button: it holds over what they see, whatever this clock says.
export function state(lesson, kind, before, now = Date.now()) {
  const at = Math.max(now, (before?.at ?? 0) + 1);
  return { lesson, kind, done: true, at, on: local(now) };
}

// The statement that reverses another; the day stays, so that putting back restores it.
export function undone(fact, now = Date.now()) {
  return { ...fact, done: !fact.done, at: Math.max(now, fact.at + 1) };
}

export function clamped(fact, now) {
  if (fact.at <= now) return fact;
  const on = local(Math.min(Date.parse(fact.on), now), offsetOf(fact.on));
  return { ...fact, at: now, on };
}

// Why this is not a fact; empty when it is one.
export function problem(item) {
  if (item === null || typeof item !== "object" || Object.keys(item).sort().join() !== KEYS) {
    return "keys";
  }
  const { lesson, kind, done, at, on } = item;
  if (typeof lesson !== "string" || lesson.length > 80 || !ID.test(lesson)) return "lesson";
  if (kind !== "read" && kind !== "exercise") return "kind";
  if (typeof done !== "boolean") return "done";
  if (!Number.isInteger(at) || at < 0 || at > LAST) return "at";
  if (typeof on !== "string" || !isTime(on)) return "on";
  const instant = Date.parse(on);
  return instant >= 0 && instant <= at ? "" : "on";
}

// The facts among these items that can be read, and how many cannot.
export function readFacts(items, now = Date.now()) {
  const facts = items.filter((item) => !problem(item)).map((fact) => clamped(fact, now));
  return { facts, refused: items.length - facts.length };
}

function offsetOf(on) {
  const [, sign, hours, minutes] = ON.exec(on);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

// Date.parse forgives 30 February; what it understood must be what was written.
function isTime(on) {
  if (!ON.test(on) || Number(on.slice(-2)) > 59) return false;
  const offset = offsetOf(on);
  const instant = Date.parse(on);
  return offset >= -720 && offset <= 840 && Number.isFinite(instant) && local(instant, offset) === on;
}
