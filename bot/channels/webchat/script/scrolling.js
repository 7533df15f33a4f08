// Scrolling: follow her, never pull her.

const page = () => document.scrollingElement || document.documentElement;
const left = () => page().scrollHeight - page().scrollTop - window.innerHeight;

// Show the end; a message taller than the screen is shown from its first line.
function reveal(node) {
  const top = node.getBoundingClientRect().top + page().scrollTop;
  const cover = getComputedStyle(header).position === 'sticky' ? header.offsetHeight : 0;
  page().scrollTop = Math.min(top - cover - 12, page().scrollHeight);
  unseen = null;
  look();
}

function look() {
  following = left() < 60;
  if (following) unseen = null;
  more.hidden = following;
  footer.className = following ? '' : 'far';
  more.textContent = unseen ? '↓ Tin mới' : '↓ Xem tiếp';
}

function toEnd() {
  page().scrollTop = page().scrollHeight;
  look();
}

more.onclick = () => {
  const room = window.innerHeight - footer.offsetHeight - header.offsetHeight;
  if (unseen) reveal(unseen);
  else if (left() > 3 * room) toEnd();
  else page().scrollTop += room * 0.8;
  look();
  if (more.hidden) end.focus({ preventScroll: true });
};
window.addEventListener('scroll', look, { passive: true });
window.addEventListener('resize', () => { if (following) toEnd(); else look(); });
