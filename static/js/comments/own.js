// Puts "Edit" and "Delete" beside one's own comments, and shows times as this place counts them.

function own() {
  for (const row of document.querySelectorAll("[data-own]")) {
    const actions = document.querySelector(`[data-actions="${row.dataset.own}"]`);
    if (!actions || actions.querySelector(".own-actions")) continue;
    actions.querySelector('a[href$="/flag/"]')?.remove();
    actions.append(row.querySelector(".own-actions").cloneNode(true));
  }
}

function times() {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("[data-discussion] time[datetime]")) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}

document.addEventListener("discussion", () => { own(); times(); });
own();
times();
