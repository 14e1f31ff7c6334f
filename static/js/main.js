// One behaviour a module. Each page works without any of them.
// Every import ends in a semicolon: the static storage rewrites only such lines.
import "./theme-switch.js";
import "./keys.js";
import "./copy.js";
import "./toc.js";
import "./search.js";
import "./account.js";
import "./progress/main.js";
import "./feedback/main.js";
import "./comments/main.js";
