// Fills the level bar. For guests this is a classic script that runs while the page is parsed,
// so that the bar shows what this browser holds at its first paint, never a zero first. The
// modules import the same file and fill the bar again as globalThis.progressBar.

globalThis.progressBar ??= (() => {
  // The facts that this browser keeps; a fact that cannot be read is left to store.js.
  function kept() {
    try {
      const { facts } = JSON.parse(localStorage.getItem("progress") ?? "{}");
      return (Array.isArray(facts) ? facts : []).filter((fact) => typeof fact?.on === "string");
    } catch {
      return [];
    }
  }

  function data(quest) {
    const block = document.querySelector(`script[data-progress="${CSS.escape(quest)}"]`);
    if (!block) return null;
    const subject = JSON.parse(block.textContent);
    subject.tracks.forEach((track) => track.lessons.forEach((one) => { one.has_exercise ??= false; }));
    return subject;
  }

  function fill(bar, standing, rules) {
    const { xp, floor, ceiling } = standing;
    const span = ceiling === null ? Math.max(xp - floor, 1) : ceiling - floor;
    const values = {
      ...standing, into: xp - floor, span, left: ceiling === null ? 0 : ceiling - xp,
      name: rules.levels[standing.level].name,
      achievements: standing.achievements.filter((one) => one.earned).length,
    };
    for (const field of bar.querySelectorAll("[data-field]")) {
      const name = field.dataset.field;
      if (name === "progress") {
        field.max = span;
        field.value = ceiling === null ? span : xp - floor; // at the top it is full
      } else if (name === "finished") {
        if (values.finished) date(field, values.finished);
      } else if (field.textContent !== String(values[name])) field.textContent = values[name];
      if (name === "name") field.lang = rules.levels[standing.level].lang;
    }
    toggle(bar, "[data-climbing]", ceiling !== null);
    toggle(bar, "[data-top]", ceiling === null);
    toggle(bar, "[data-finished]", standing.finished !== null);
    toggle(bar, "[data-added]", standing.added > 0);
  }

  function toggle(root, selector, isShown) {
    for (const element of root.querySelectorAll(selector)) element.hidden = !isShown;
  }

  // The day as the reader's clock showed it, in the language of the page.
  function date(element, on) {
    const day = on.slice(0, 10);
    if (element.dateTime === day) return;
    element.dateTime = day;
    element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
      dateStyle: "long", timeZone: "UTC",
    }).format(new Date(`${day}T00:00:00Z`));
  }

  // The observer is called after each piece that was parsed and before anything is painted.
  function fillWhileParsing() {
    const made = new Map();
    const paint = () => {
      for (const bar of document.querySelectorAll("[data-level-bar]")) {
        const quest = bar.dataset.levelBar;
        if (!made.has(quest)) {
          const subject = data(quest);
          made.set(quest, [globalThis.progressRules.standing(kept(), subject), subject.rules]);
        }
        fill(bar, ...made.get(quest));
      }
    };
    const observer = new MutationObserver(paint);
    observer.observe(document.documentElement, { childList: true, subtree: true });
    addEventListener("DOMContentLoaded", () => {
      observer.disconnect();
      paint();
    });
  }

  if (document.currentScript) fillWhileParsing();
  return { data, fill, toggle, date };
})();
