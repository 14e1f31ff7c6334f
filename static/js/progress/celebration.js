// A quiet word for what was reached: XP, a level, achievements. The words are in the page,
// read out by assistive technology; the glow that goes with them is CSS and stays still for
// those who prefer no motion.

const place = document.querySelector("[data-celebration]");
let timer;

export function say(name, values = {}) {
  if (place) show([filled(name, values)]);
}

export function celebrate(before, after, rules) {
  if (!place) return;
  const said = [];
  if (after.xp > before.xp) said.push(filled("xp", { n: after.xp - before.xp }));
  else said.push(filled("undone"));
  if (after.level > before.level) {
    said.push(filled("level", { n: after.level, name: rules.levels[after.level].name }));
  }
  after.achievements.forEach((one, index) => {
    const { emoji, name } = rules.achievements[index];
    if (one.earned && !before.achievements[index].earned) said.push(filled("achievement", { emoji, name }));
  });
  show(said, after.xp > before.xp);
}

function filled(name, values = {}) {
  return (place.dataset[name] ?? "").replace(/%([a-z]+)/g, (all, key) => values[key] ?? all);
}

function show(parts, isGain = false) {
  clearTimeout(timer);
  place.replaceChildren(...parts.map((part) => {
    const line = document.createElement("span");
    line.textContent = part;
    return line;
  }));
  place.classList.toggle("is-gain", isGain);
  for (const bar of document.querySelectorAll("[data-level-bar]")) bar.classList.toggle("is-gain", isGain);
  timer = setTimeout(() => {
    for (const bar of document.querySelectorAll("[data-level-bar]")) bar.classList.remove("is-gain");
  }, 2000);
}
