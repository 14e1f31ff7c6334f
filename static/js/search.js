// Search as you type. The form works without this; here its answer comes as a fragment.
// Nothing is sent while a Hangul syllable is still being composed, and an answer that
// comes after a newer question is dropped.

const WAIT = 180;

const form = document.querySelector("form[data-search]");
const results = form && document.getElementById(form.dataset.search);
let timer;
let request;

function ask() {
  clearTimeout(timer);
  timer = setTimeout(find, WAIT);
}

async function find() {
  request?.abort();
  const mine = request = new AbortController();
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  results.setAttribute("aria-busy", "true");
  try {
    // no-store, so that the fragment never answers for the page when the reader comes back
    const answer = await fetch(url, { headers: { "X-Fragment": "1" }, signal: mine.signal, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    if (mine.signal.aborted) return;
    results.innerHTML = html;
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  } finally {
    if (mine === request) results.removeAttribute("aria-busy");
  }
}

if (form) {
  form.elements.q.addEventListener("input", (event) => {
    if (!event.isComposing) ask();
  });
  form.elements.q.addEventListener("compositionend", ask);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    find();
  });
}
