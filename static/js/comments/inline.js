// Opens the form behind a link (reply, edit, flag, follow) right where the link is.

import { restore } from "./drafts.js";
import { ask } from "./place.js";

async function open(link) {
  const host = link.closest(".comment, [data-own], .thread-foot");
  const known = host.querySelector(":scope > .inline-place");
  known?.remove();
  if (known?.dataset.of === link.pathname) return link.focus();
  const answer = await ask(link.href).catch(() => null);
  if (!answer?.ok) return void location.assign(link.href);
  const place = document.createElement("div");
  place.className = "inline-place";
  place.dataset.of = link.pathname;
  place.innerHTML = await answer.text();
  host.append(place);
  restore();
  place.querySelector("textarea, input:not([type=hidden], [tabindex]), button")?.focus();
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[data-inline], a[data-cancel]");
  const place = link?.closest(".inline-place");
  if (link?.matches("[data-inline]")) {
    event.preventDefault();
    open(link);
  } else if (place) {
    event.preventDefault();
    const opener = place.parentElement.querySelector(`a[data-inline][href$="${CSS.escape(place.dataset.of)}"]`);
    place.remove();
    opener?.focus();
  }
});
