// A draft outlives a closed tab: kept by learner, lesson and the comment it answers, with the
// key of its form, so that one sent twice is written once. Signing out empties them.

const PREFIX = "draft:";
const person = document.querySelector("[data-person]")?.dataset.person;
const name = (form) => PREFIX + form.dataset.draftOf;

function stored(action) {
  try {
    return action(localStorage);
  } catch {
    return null; // storage is closed or full: the draft then lives in the page alone
  }
}

function names() {
  return stored((all) => Object.keys(all).filter((key) => key.startsWith(PREFIX))) ?? [];
}

export function forget(form) {
  stored((all) => all.removeItem(name(form)));
}

function keep(form) {
  const text = form.elements.text.value;
  if (!text) return forget(form);
  stored((all) => all.setItem(name(form), JSON.stringify({ text, key: form.elements.key.value })));
}

export function restore() {
  for (const form of document.querySelectorAll("form[data-draft-of]")) {
    const draft = stored((all) => JSON.parse(all.getItem(name(form))));
    if (!draft || form.elements.text.value) continue;
    form.elements.text.value = draft.text;
    form.elements.key.value = draft.key;
    const said = form.querySelector(".said");
    if (said) said.textContent = said.dataset.restored;
  }
}

function empty(keepOwn) {
  for (const key of names()) {
    if (!keepOwn || !key.startsWith(`${PREFIX}${person}:`)) stored((all) => all.removeItem(key));
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft-of]");
  if (form && event.target.matches("[data-draft]")) keep(form);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) empty(false);
});
document.addEventListener("discussion", restore);
if (person) empty(true); // somebody else's, from this computer
restore();
