// A guest's progress as a file: saved from here, merged in there. Nothing is sent anywhere.

import { FORMAT, LIMIT, merge, readFacts } from "./facts.js";
import { emptyGuest, guestFacts, held, say } from "./store.js";

const LIMIT_BYTES = 2_000_000;
const place = document.querySelector("[data-progress-file]");
const said = place?.querySelector("[data-said]");

function save() {
  const text = JSON.stringify({ format: FORMAT, version: 1, facts: guestFacts() }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `progress-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function load(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (file) said.textContent = file.size > LIMIT_BYTES ? place.dataset.big : taken(await file.text());
}

// Takes a file's facts in; gives back what to say of it.
function taken(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return place.dataset.wrong;
  }
  if (data?.format !== FORMAT || !Array.isArray(data.facts)) return place.dataset.wrong;
  if (data.version !== 1) return place.dataset.newer;
  if (data.facts.length > LIMIT) return place.dataset.big;
  return merged(readFacts(data.facts, Date.now()));
}

function merged({ facts, refused }) {
  const before = held();
  const after = merge(before.values(), facts);
  const fresh = [...after].filter(([key, fact]) => fact !== before.get(key) && differs(fact, before.get(key)));
  say(facts);
  const words = place.dataset.loaded.replace("%new", fresh.length).replace("%n", facts.length);
  return refused ? `${words} ${place.dataset.partly.replace("%n", refused)}` : words;
}

const differs = (a, b) => !b || a.at !== b.at || a.done !== b.done || a.on !== b.on;

function forget() {
  emptyGuest();
  said.textContent = place.dataset.emptied;
}

if (place) {
  place.querySelector("[data-save]").addEventListener("click", save);
  place.querySelector("[data-load]").addEventListener("change", load);
  place.querySelector("[data-forget]").addEventListener("click", forget);
}
