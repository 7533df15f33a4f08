// What she says: kept until the server has it.

const SLOT = 'camtay.';
const queue = [];             // {id, text | token, label, key}, oldest first
let sending = false, sendTimer = 0, sendMisses = 0;

function store(key, value) {
  try {
    if (value) localStorage.setItem(key, value); else localStorage.removeItem(key);
  } catch (_) { /* a browser that keeps nothing: the page itself remembers */ }
}

function restore() {
  try {
    Object.keys(localStorage).filter((key) => key.indexOf(SLOT) === 0).sort().forEach((key) => {
      const m = JSON.parse(localStorage.getItem(key));
      if (typeof m.label === 'string') { m.met = true; enqueue(m); }
    });
  } catch (_) { /* nothing to restore */ }
}

function say(body, label) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => (n + 256).toString(16).slice(1)).join('');
  const m = Object.assign({ id: id, label: label, key: SLOT + Date.now() + '.' + id }, body);
  store(m.key, JSON.stringify(m));
  tell('');
  anchor = null;
  enqueue(m);
  toEnd();
  flush();
}

function enqueue(m) {
  m.node = waiting.appendChild(make('div'));
  m.words = m.node.appendChild(bubble('learner', m.label));
  queue.push(m);
  offer();
}

// News while a message is under way answer it: her words come along in place of the bubble, or it moves in.
function meet(fresh) {
  if (!fresh.length) return;
  const kept = fresh.some((entry) => entry.who !== 'tutor');
  queue.filter((m) => m.posted).forEach((m) => {
    m.met = true;
    if (!kept && m.words.parentNode === m.node) log.appendChild(m.words);
    else if (kept && m.words.parentNode === log) log.removeChild(m.words);
  });
}

function drop(m) {
  if (queue.indexOf(m) < 0) return;
  queue.splice(queue.indexOf(m), 1);
  waiting.removeChild(m.node);
  offer();
  if (following && anchor && !queue.length) reveal(anchor); else look();
}

function mark(m, words) {
  if (!m.note) m.note = m.node.appendChild(make('p', 'note'));
  m.note.textContent = words;
  if (following) toEnd();
}

async function flush() {
  clearTimeout(sendTimer);
  if (sending) return;
  sending = true;
  let m;
  while ((m = queue.find((one) => !one.acked))) {
    m.posted = true;
    const slow = setTimeout(mark, 1500, m, 'Đang gửi…');
    const wait = await post(m);
    clearTimeout(slow);
    if (wait) {
      mark(m, 'Chưa gửi được. Lát nữa tự gửi lại.');
      sendTimer = setTimeout(flush, wait);
      break;
    }
  }
  sending = false;
}

// 0 when the server has it or will never take it, else the milliseconds until the next try.
async function post(m) {
  const got = await ask('chat/send', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(m.token === undefined ? { id: m.id, text: m.text } : { id: m.id, token: m.token }),
  }).catch(() => ({ status: 0 }));
  if (!got.status || got.status >= 500) return pause(sendMisses++);
  sendMisses = 0;
  if (got.status === 429) { tell(got.data.say); return 1000 * (got.wait || 3); }
  if (got.status === 401 && await again()) { connect(); return 1000; }
  store(m.key, '');
  if (got.status === 200) settled(m); else refused(m, got.data.say);
  return 0;
}

// The line in the log takes the place of the waiting bubble; if it does not come by itself, ask for it.
function settled(m) {
  tell('');
  m.acked = true;
  if (m.met) return drop(m);
  setTimeout(() => {
    if (queue.indexOf(m) < 0) return;
    sync().catch(() => 0).then(() => drop(m));
  }, 1500);
}

function refused(m, sentence) {
  drop(m);
  tell(sentence || 'Tin này chưa gửi được.');
  if (m.text && !text.value) { text.value = m.text; grow(); }
}

function tell(sentence) {
  notice.textContent = sentence || '';
  if (following) toEnd();
}

form.onsubmit = (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words) {
    text.value = '';
    grow();
    say({ text: words }, words);
  }
  // On a phone the keyboard would hide the answer.
  if (matchMedia('(pointer: coarse)').matches) text.blur(); else text.focus();
};
text.onkeydown = (event) => {
  // 229 and isComposing: the Vietnamese keyboard is still making the letter.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  form.onsubmit(event);
};
text.oninput = grow;

function grow() {
  text.style.height = 'auto';
  text.style.height = text.scrollHeight + 4 + 'px';
  if (following) toEnd();
}
