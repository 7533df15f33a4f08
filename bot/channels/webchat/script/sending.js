// What she says: kept until the server has it.

const queue = [];             // {id, text | token | audio, label, name, kept}, oldest first
let sending = false, sendTimer = 0, sendMisses = 0;

// What an earlier page or another tab wrote and nobody has sent yet.
function adopt() {
  storedNames().filter((name) => /^\d{13,}\.\w+$/.test(name) && !queue.some((m) => m.name === name)).forEach((name) => {
    const m = parsed(stored(name));
    if (typeof m.label === 'string') enqueue(Object.assign(m, { name: name, kept: true, met: true }));
  });
}

function say(body, label) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => (n + 256).toString(16).slice(1)).join('');
  const newest = queue.length ? parseInt(queue[queue.length - 1].name, 10) : 0;
  const m = Object.assign({ id: id, label: label, name: Math.max(Date.now(), newest + 1) + '.' + id }, body);
  m.kept = !m.audio && store(m.name, JSON.stringify(m));   // a recording is kept nowhere
  tell('');
  hush();
  anchor = null;
  enqueue(m);
  suggest();
  toEnd();
  flush();
}

function enqueue(m) {
  const later = queue.findIndex((other) => other.name > m.name), at = later < 0 ? queue.length : later;
  m.node = waiting.insertBefore(make('div'), at < queue.length ? queue[at].node : null);
  m.words = m.node.appendChild(bubble('learner', m.label));
  queue.splice(at, 0, m);
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
  await alone(sendAll);
  sending = false;
  tellLine();
}

// One tab at a time, so that what was written in two of them leaves in its order.
async function alone(work) {
  try {
    if (navigator.locks) return await navigator.locks.request(BOX + 'send', work);
  } catch (_) { /* a frame without rights */ }
  return work();
}

async function sendAll() {
  let m;
  adopt();
  while ((m = queue.find((one) => !one.acked))) {
    if (m.kept && !stored(m.name)) { settled(m); continue; }   // another tab has sent it
    m.posted = true;
    const slow = setTimeout(mark, 1500, m, 'Đang gửi…');
    const wait = await post(m);
    clearTimeout(slow);
    if (wait) {
      m.posted = false;
      mark(m, 'Chưa gửi được. Lát nữa tự gửi lại.');
      sendTimer = setTimeout(flush, wait);
      break;
    }
    adopt();
  }
}

// 0 when the server has it or will never take it, else the milliseconds until the next try.
async function post(m) {
  const got = await ask(...addressed(m)).catch(() => ({ status: 0 }));
  if (got.status === 503 && got.wait) return pause(0) * got.wait;   // the server is there, its database will be
  if (!got.status || got.status >= 500) return pause(sendMisses++);
  sendMisses = 0;
  if (got.status === 429) { tell(got.data.say); return 1000 * (got.wait || 3); }
  if (got.status === 401 && await again()) { connect(); return 1000; }
  store(m.name, '');
  if (got.status === 200) settled(m); else refused(m, got.data.say);
  return 0;
}

function addressed(m) {
  if (m.audio) return ['chat/voice?id=' + m.id, { method: 'POST', headers: { 'Content-Type': m.audio.type }, body: m.audio }];
  const said = m.token === undefined ? { id: m.id, text: m.text } : { id: m.id, token: m.token };
  return ['chat/send', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(said) }];
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
