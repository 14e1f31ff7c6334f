// Live preview (make dev only): reload when the tree changed, show its mistakes otherwise.

const KEY = "preview-id";

function show(problems) {
  let panel = document.getElementById("preview-problems");
  if (!panel) {
    panel = document.createElement("section");
    panel.id = "preview-problems";
    panel.setAttribute("role", "alert");
    document.body.prepend(panel);
  }
  const list = document.createElement("ol");
  for (const problem of problems) {
    const item = document.createElement("li");
    const [, place, words] = problem.match(/^(\S+:\d+): (.*)$/s) || [null, "", problem];
    const code = document.createElement("code");
    code.textContent = place;
    item.append(code, " ", words);
    list.append(item);
  }
  const title = document.createElement("strong");
  title.textContent = `${problems.length} × ⚠︎`;
  panel.replaceChildren(title, list);
}

const source = new EventSource("/preview/");
source.addEventListener("message", (event) => {
  const state = JSON.parse(event.data);
  const seen = sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, state.id);
  if (state.problems.length) {
    show(state.problems);
  } else if (seen !== null && seen !== state.id) {
    location.reload();
  } else {
    document.getElementById("preview-problems")?.remove();
  }
});
addEventListener("pagehide", () => source.close());
