// The discussion. Each of its forms and links works without these.

import "./drafts.js";
import "./send.js";
import "./preview.js";
import "./inline.js";
import "./turn.js";
import "./own.js";
