// What the phone keeps: messages not sent yet, the lines last seen, what was chosen. All of it under one prefix, the
// path of the page, so that two tutors on one host stay apart.
const BOX = 'camtay' + location.pathname.replace(/\/$/, '') + '.';
const SEEN = 60;              // lines kept to be read without a line
const OLD_MS = 30 * 864e5;    // after so long what was kept is not shown any more

function store(name, value) {
  try {
    if (value) localStorage.setItem(BOX + name, value); else localStorage.removeItem(BOX + name);
    return true;
  } catch (_) { return false; }   // a browser that keeps nothing: the page itself remembers
}

function stored(name) {
  try { return localStorage.getItem(BOX + name); } catch (_) { return null; }
}

function storedNames() {
  try {
    return Object.keys(localStorage).filter((key) => key.indexOf(BOX) === 0).map((key) => key.slice(BOX.length)).sort();
  } catch (_) { return []; }
}

// JSON that we wrote, or what somebody made of it.
function parsed(text) {
  try { return JSON.parse(text) || {}; } catch (_) { return {}; }
}

// --- the lines last seen ---

let seen = [];

// Another person's words are erased once they are read, so they are never kept.
function keepSeen(fresh) {
  seen = seen.concat(fresh.filter((entry) => !entry.fleeting)).slice(-SEEN);
  store('seen', JSON.stringify({ chat: chat, at: Date.now(), entries: seen }));
}

function showSeen() {
  const kept = parsed(stored('seen'));
  if (!Array.isArray(kept.entries) || !(Date.now() - kept.at < OLD_MS)) return forgetSeen();
  seen = kept.entries;
  chat = kept.chat;
  show(kept.entries, true);
}

// Another person sits down here, or all was deleted: nothing of the former lines stays on this phone.
function forgetSeen() {
  seen = [];
  store('seen', '');
  try {
    caches.delete('camtay pictures ' + location.pathname).catch(() => 0);
  } catch (_) { /* a browser that keeps nothing, or a frame without rights */ }
}
