// A selection as a text quote: its words and what stands before and after them, or null.

const CONTEXT = 32, LONGEST = 1000;
const PLACES = ".prose, .lesson h1, .lesson .summary > :last-child";

// The text of a range without what scripts and anchors add to it.
function textOf(range) {
  const copy = range.cloneContents();
  for (const extra of copy.querySelectorAll("button, a.anchor")) extra.remove();
  return copy.textContent;
}

function beside(place, range, isBefore) {
  const rest = document.createRange();
  rest.selectNodeContents(place);
  if (isBefore) rest.setEnd(range.startContainer, range.startOffset);
  else rest.setStart(range.endContainer, range.endOffset);
  const text = textOf(rest).replace(/\s+/g, " ");
  return isBefore ? text.slice(-CONTEXT) : text.slice(0, CONTEXT);
}

export function quoteOf(selection) {
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const start = range.startContainer;
  const place = (start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement).closest(PLACES);
  if (!place?.closest(".lesson") || place.closest(".discussion")) return null;
  // What is selected beyond this part of the lesson is not its text.
  if (!place.contains(range.endContainer)) range.setEnd(place, place.childNodes.length);
  const exact = textOf(range).trim().slice(0, LONGEST).trim();
  if (!exact) return null;
  return { range, exact, before: beside(place, range, true), after: beside(place, range, false) };
}
