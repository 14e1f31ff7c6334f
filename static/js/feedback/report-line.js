// The link under each page opens its form in the page.

import { openReport } from "./dialog.js";

for (const link of document.querySelectorAll("a[data-report]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openReport(link);
  });
}
