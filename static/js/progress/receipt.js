// At sign-in: what this browser brought, said once, with one undo.

const KEPT = "progress-receipt";
const template = document.getElementById("progress-receipt");

export function showReceipt({ receipt, undo }) {
  if (!template) return;
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.querySelector("[data-receipt]").textContent = receipt;
  notice.querySelector("form").action = undo;
  (document.querySelector("main > .page") ?? document.querySelector("main")).prepend(notice);
}

// For a page that is about to be asked for again.
export function keepReceipt({ receipt, undo }) {
  sessionStorage.setItem(KEPT, JSON.stringify({ receipt, undo }));
}

export function showKeptReceipt() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    if (kept) showReceipt(kept);
  } catch { /* closed storage keeps nothing */ }
}
