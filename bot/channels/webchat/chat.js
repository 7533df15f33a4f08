// The page of the web chat. Old and cheap phones run it: no framework, nothing newer than 2018.
'use strict';
(function () {
  const $ = (id) => document.getElementById(id);
  const log = $('log'), waiting = $('waiting'), end = $('end'), answers = $('answers');
  const pinned = $('pinned'), more = $('more'), notice = $('notice'), line = $('line'), form = $('form'), text = $('text');
  const tutor = $('tutor').textContent, header = document.querySelector('header'), footer = document.querySelector('footer');

  const KEEP = 400;             // lines shown at most
  const STAMP_MS = 15 * 60e3;   // a time is shown after a pause this long
  const CALM_MS = 450;          // a second tap sooner than this was meant for the button before
  const STEP = /^\d+\. /m;      // a line of a list of things to do
  const PHONE = /(^|[^\d.,])(\/chat\/data|1[89]00[ .]?\d{4}|0\d{2,3}[ .]?\d{3}[ .]?\d{3,4}|11[1345]|156)(?![.,]?\d|\/\d{4}| ?(?:đ|đồng|nghìn|ngàn|triệu|tỷ|người)(?![a-zà-ỹ])| ?%)/g;

  let chat = '';                // the conversation shown
  let last = 0;                 // its newest line
  let mineNo = 0;               // her newest line
  let prompt = null;            // the newest line of the tutor's
  let stampAt = 0;
  let unseen = null;            // the first line that came while she was reading further up
  let following = true;         // she stands at the end
  let anchor = null;            // the first line of the newest turn
  let tappedAt = 0;

  // --- drawing ---

  function make(tag, name, words) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (words) node.textContent = words;
    return node;
  }

  function bubble(who, words) {
    const node = make('div', 'bubble' + (who === 'tutor' ? '' : ' mine') + (filled ? ' fresh' : ''));
    node.appendChild(make('span', 'who', (who === 'tutor' ? tutor : 'Tôi') + ': '));
    words.split(/\n\s*\n/).forEach((part) => {
      const p = node.appendChild(make('p'));
      if (who !== 'tutor') p.textContent = part;
      else if (!STEP.test(part)) withPhones(p, part);
      else part.split('\n').forEach((row) => withPhones(p.appendChild(make('span', STEP.test(row) ? 'row step' : 'row')), row));
    });
    return node;
  }

  function withPhones(p, words) {
    let from = 0, hit;
    PHONE.lastIndex = 0;
    while ((hit = PHONE.exec(words))) {
      const start = hit.index + hit[1].length;
      p.appendChild(document.createTextNode(words.slice(from, start)));
      const own = hit[2][0] === '/';
      const link = p.appendChild(make('a', '', own ? 'Dữ liệu của tôi' : hit[2]));
      link.href = own ? hit[2] : 'tel:' + hit[2].replace(/\D/g, '');
      from = start + hit[2].length;
    }
    p.appendChild(document.createTextNode(words.slice(from)));
  }

  function stamp(at) {
    const two = (n) => (n < 10 ? '0' : '') + n;
    if (at - stampAt > STAMP_MS) {
      const day = ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'][at.getDay()];
      const date = ' ' + at.getDate() + '/' + (at.getMonth() + 1) + ', ';
      log.appendChild(make('p', 'time', day + date + two(at.getHours()) + ':' + two(at.getMinutes())));
    }
    stampAt = at;
  }

  function show(entries) {
    const wasFollowing = following;
    const fresh = entries.filter((entry) => entry.no > last);
    let first = null;
    meet(fresh);
    fresh.forEach((entry) => {
      last = entry.no;
      stamp(new Date(entry.at));
      const node = log.appendChild(bubble(entry.who, entry.text));
      if (!first || first.className.indexOf('mine') > 0) first = node;   // the answer matters more than her own words
      if (entry.who === 'tutor') prompt = entry; else mineNo = entry.no;
    });
    if (!first) return;
    while (log.childNodes.length > KEEP) log.removeChild(log.firstChild);
    anchor = first;
    queue.filter((m) => m.acked).forEach(drop);
    offer();
    if (!filled) reveal(log.lastChild);
    else if (wasFollowing) reveal(first);
    else unseen = unseen || first;
    look();
  }

  function clear() {
    log.textContent = '';
    last = mineNo = stampAt = 0;
    prompt = unseen = anchor = null;
    following = true;
  }

  // The answers of the newest prompt, as long as she has said nothing since.
  function offer() {
    const held = answers.contains(document.activeElement);
    const all = prompt ? prompt.buttons : [];
    pin(all.filter((button) => button.pinned));
    const open = all.length && prompt.no > mineNo && !queue.length ? all.filter((button) => !button.pinned) : [];
    const key = open.length ? prompt.no : 0;
    if (answers.no === key) return;
    answers.no = key;
    answers.textContent = '';
    answers.hidden = !open.length;
    answers.className = open.length > 4 && open.every((button) => button.label.length < 13) ? 'short' : '';
    const tooSoon = tappedAt + CALM_MS - Date.now();
    open.forEach((button) => { tappable(answers, button).disabled = tooSoon > 0; });
    if (tooSoon > 0) setTimeout(() => answers.childNodes.forEach((node) => { node.disabled = false; }), tooSoon);
    if (held) end.focus({ preventScroll: true });   // the next Tab leads to the new answers
  }

  // What still waits for her stays in sight above the line she writes in, whatever she has said since.
  function pin(open) {
    const key = open.map((button) => button.token + button.label).join();
    if (pinned.key === key) return;
    pinned.key = key;
    pinned.textContent = '';
    pinned.hidden = !open.length;
    open.forEach((button) => tappable(pinned, button));
    if (following) toEnd();
  }

  function tappable(where, button) {
    const node = where.appendChild(make('button', '', button.label));
    node.type = 'button';
    node.onclick = () => {
      tappedAt = Date.now();
      say({ token: button.token }, button.label);
    };
    return node;
  }

  // --- scrolling: follow her, never pull her ---

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

  // --- what she says: kept until the server has it ---

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
    const got = await ask('/chat/send', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(m.token === undefined ? { id: m.id, text: m.text } : { id: m.id, token: m.token }),
    }).catch(() => ({ status: 0 }));
    if (!got.status || got.status >= 500) return pause(sendMisses++);
    sendMisses = 0;
    if (got.status === 429) { tell(got.data.say); return 1000 * (got.wait || 3); }
    if (got.status === 401 && again()) return 1e9;
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

  // --- the line ---

  let stream = null, round = 0, misses = 0, streamFails = 0, timer = 0, dog = 0, hush = 0, filled = false;

  const pause = (n) => Math.min(10000, 1000 * Math.pow(2, n)) * (0.5 + Math.random() / 2);

  // {status, wait, data}; fails when the line does, or when the whole answer is not there in time.
  async function ask(path, options) {
    const stop = new AbortController();
    const alarm = setTimeout(() => stop.abort(), 15000);
    try {
      const got = await fetch(path, Object.assign({ credentials: 'same-origin', cache: 'no-store', signal: stop.signal }, options));
      const data = await got.json().catch((fault) => { if (got.ok) throw fault; return {}; });
      return { status: got.status, wait: got.headers.get('Retry-After'), data: data };
    } finally { clearTimeout(alarm); }
  }

  async function sync() {
    const got = await ask('/chat/log?after=' + last + '&chat=' + chat), news = got.data;
    if (got.status === 401 && again()) return;
    if (got.status !== 200) throw got;
    if (news.anew) clear();
    chat = news.chat;
    if (filled || news.began) log.setAttribute('aria-live', 'polite');
    show(news.entries);
    if (!filled) setTimeout(() => log.setAttribute('aria-live', 'polite'), 1000);
    filled = true;
    const code = /[?&]moi=(MOI-[\w-]+)/.exec(location.search);
    if (code || location.hash === '#lai') history.replaceState(null, '', '/');
    if (code) say({ text: code[1] }, '(mã mời)');
  }

  // The server does not know us: the page, opened again, brings a new cookie. Once only.
  function again() {
    if (location.hash === '#lai') { tell('Trang chưa ghi nhớ được. Cần cho phép cookie trong Chrome.'); return false; }
    location.hash = 'lai';
    location.reload();
    return true;
  }

  async function connect() {
    const mine = ++round;
    hangUp();
    try { await sync(); } catch (fault) { if (mine === round) retry(fault.status === 429 && fault.data.say); return; }
    if (mine !== round) return;
    flush();
    if (window.EventSource && streamFails < 3) return listen();
    calm();
    timer = setTimeout(connect, 4000);   // no live stream: ask from time to time
  }

  function listen() {
    stream = new EventSource('/chat/stream?after=' + last + '&chat=' + chat);
    watch(10);
    stream.addEventListener('ready', () => { streamFails = 0; calm(); watch(40); });
    stream.addEventListener('beat', () => watch(40));
    stream.addEventListener('anew', connect);
    stream.onmessage = (event) => { watch(40); show(JSON.parse(event.data)); };
    stream.onerror = broken;
  }

  function watch(seconds) {
    clearTimeout(dog);
    dog = setTimeout(broken, seconds * 1000);
  }

  function broken() { streamFails++; hangUp(); retry(); }

  function hangUp() {
    clearTimeout(timer);
    clearTimeout(dog);
    if (stream) stream.close();
    stream = null;
  }

  function retry(why) {
    if (!hush) hush = setTimeout(() => { line.textContent = why || 'Đang nối lại…'; if (following) toEnd(); }, 800);
    timer = setTimeout(connect, pause(misses++));
  }

  function calm() {
    clearTimeout(hush);
    hush = misses = 0;
    line.textContent = '';
  }

  window.addEventListener('online', () => { streamFails = misses = sendMisses = 0; connect(); });
  window.addEventListener('offline', () => { round++; hangUp(); retry(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
  document.addEventListener('visibilitychange', () => {
    // A page nobody looks at costs no data.
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => { round++; hangUp(); }, 60e3);
    else if (!stream) connect();
  });

  footer.removeChild($('old'));
  restore();
  connect();
})();
