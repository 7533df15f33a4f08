// The line to the server: what is new, by a live stream or by asking from time to time.

let stream = null, round = 0, misses = 0, streamFails = 0, timer = 0, dog = 0, filled = false;
let pausing = 0, told = true, reason = 'Đang mở…';
let strangers = 0;            // how often in a row the server did not know us

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
  const got = await ask('chat/log?after=' + last + '&chat=' + chat), news = got.data;
  if (got.status === 401 && await again()) return sync();
  if (got.status !== 200) throw got;
  strangers = 0;
  if (news.anew) clear();
  chat = news.chat;
  if (filled || news.began) log.setAttribute('aria-live', 'polite');
  show(news.entries);
  if (!filled) setTimeout(() => log.setAttribute('aria-live', 'polite'), 1000);
  if (!filled) whenOpen.forEach((begin) => begin());
  filled = true;
  carried(news.began);
}

// The server does not know us: the page, fetched again, brings a new cookie. False: it is not kept, or did not come.
async function again() {
  if (++strangers > 3) { tell('Trang chưa ghi nhớ được. Cần cho phép cookie trong Chrome.'); return false; }
  const got = await fetch('./', { credentials: 'same-origin', cache: 'reload' }).catch(() => ({ ok: false }));
  return got.ok;
}

async function connect() {
  const mine = ++round;
  hangUp();
  try { await sync(); } catch (fault) { if (mine === round) retry(fault.status === 429 && fault.data.say, fault.status === 503); return; }
  if (mine !== round) return;
  flush();
  looked();
  if (window.EventSource && streamFails < 3) return listen();
  calm();
  timer = setTimeout(connect, 4000);   // no live stream: ask from time to time
}

function listen() {
  stream = new EventSource('chat/stream?after=' + last + '&chat=' + chat);
  watch(10);
  stream.addEventListener('ready', () => { streamFails = 0; calm(); watch(40); });
  stream.addEventListener('beat', () => watch(40));
  stream.addEventListener('anew', connect);
  stream.onmessage = (event) => { watch(40); show(JSON.parse(event.data)); looked(); };
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

function retry(why, rests) {
  reason = why || 'Đang nối lại…';
  if (!pausing) pausing = setTimeout(() => { told = true; tellLine(); }, 800);
  timer = setTimeout(connect, pause(rests ? 1 : misses++));   // a server whose database rests is asked soon
}

// Why nothing comes, and what waits here meanwhile.
function tellLine() {
  const waits = queue.filter((m) => !m.acked).length;
  const also = waits ? ' ' + waits + ' tin đang chờ, có mạng là tự gửi.' : !filled && last ? ' Dưới đây là những gì đã xem lần trước.' : '';
  const words = told ? reason + also : '';
  if (line.textContent === words) return;
  line.textContent = words;
  if (following) toEnd();
}

function calm() {
  clearTimeout(pausing);
  pausing = misses = 0;
  told = false;
  tellLine();
}

window.addEventListener('online', () => { streamFails = misses = sendMisses = 0; connect(); });
window.addEventListener('offline', () => { round++; hangUp(); retry(); });
window.addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
document.addEventListener('visibilitychange', () => {
  // A page nobody looks at costs no data.
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(() => { round++; hangUp(); }, subscription ? 0 : 60e3);   // one that rings is closed
  else if (!stream) connect();
});
