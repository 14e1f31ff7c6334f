// Runs before the first paint: the chosen theme, and a mark that scripts are on.
(function (root) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (e) {}
})(document.documentElement);
