// At sign-in: what this browser brought, said once, with one undo.

const template = document.getElementById("progress-receipt");

export function showReceipt({ receipt, undo }) {
  if (!template) return;
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.querySelector("[data-receipt]").textContent = receipt;
  notice.querySelector("form").action = undo;
  document.querySelector("main > .page, main")?.prepend(notice);
}
