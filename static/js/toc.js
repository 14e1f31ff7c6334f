// Marks in the table of contents where the reader is.

const links = new Map();
for (const link of document.querySelectorAll(".toc a")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, link);
}
const headings = [...links.keys()];

function mark() {
  const line = innerHeight / 4;
  const here = headings.findLast((heading) => heading.getBoundingClientRect().top < line);
  for (const [heading, link] of links) {
    if (heading === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (headings.length) {
  // The band reaches far above the window, so that a heading leaves it only at the line.
  const watch = new IntersectionObserver(mark, { rootMargin: "1000000px 0px -75% 0px" });
  for (const heading of headings) watch.observe(heading);
}
