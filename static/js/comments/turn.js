// Turns the pages of a discussion and unfolds long threads without leaving the page.

import { ask, put, section, show } from "./place.js";

const query = (url) => section().dataset.discussion + new URL(url, location).search;

async function turn(url) {
  const answer = await ask(query(url));
  if (!answer.ok) throw new Error(answer.status);
  put(await answer.text());
}

async function unfold(link) {
  const answer = await ask(query(link.href));
  if (!answer.ok) throw new Error(answer.status);
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  const thread = template.content.querySelector(".thread");
  const here = link.closest(".thread");
  const fresh = [...thread.querySelectorAll(".replies > li")];
  here.querySelector(".replies").append(...fresh);
  const next = thread.querySelector("[data-more]");
  if (next) link.replaceWith(next);
  else link.remove();
  document.dispatchEvent(new Event("discussion"));
  show(fresh[0]?.firstElementChild.id);
}

document.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[data-turn], a[data-more]");
  if (!link || !section()) return;
  event.preventDefault();
  try {
    if (link.matches("[data-more]")) return void await unfold(link);
    await turn(link.href);
    history.pushState({ discussion: true }, "", link.href);
    show("discussion");
  } catch {
    location.assign(link.href);
  }
});

addEventListener("popstate", () => {
  if (section()) turn(location.href).catch(() => location.reload());
});
