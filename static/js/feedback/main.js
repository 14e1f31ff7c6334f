// Reporting: the form in the page, a passage to it, what a script knows of the browser.

import "./passage.js";
import "./report-line.js";
import "./context.js";
