// Passkeys: says on the page what allauth's script only writes to the console, and takes
// the offer away where the browser has none. The header's menu closes as people expect.

const error = document.querySelector("[data-passkey-error]");

document.addEventListener("allauth.error", (event) => {
  if (!error) return;
  event.preventDefault();
  error.hidden = false;
});

if (!window.PublicKeyCredential) document.getElementById("passkey_login")?.remove();

const menu = document.querySelector(".account-menu");

if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
