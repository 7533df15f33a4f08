// What is shown: lines of the conversation, the answers to the newest, what still waits.
const $ = (id) => document.getElementById(id);
const log = $('log'), waiting = $('waiting'), end = $('end'), answers = $('answers');
const pinned = $('pinned'), more = $('more'), notice = $('notice'), line = $('line'), form = $('form'), text = $('text');
const tutor = $('tutor').textContent, header = document.querySelector('header'), footer = document.querySelector('footer');

const KEEP = 400;             // lines shown at most
const STAMP_MS = 15 * 60e3;   // a time is shown after a pause this long
const CALM_MS = 450;          // a second tap sooner than this was meant for the button before
const STEP = /^\d+\. /m;      // a line of a list of things to do
const PHONE = /(^|[^\d.,])(\/chat\/data|\/giay\/[\w-]+\/[\w-]+\.pdf|\/desk\/vao\/\w+|1[89]00[ .]?\d{4}|0\d{2,3}[ .]?\d{3}[ .]?\d{3,4}|11[1345]|156)(?![.,]?\d|\/\d{4}| ?(?:đ|đồng|nghìn|ngàn|triệu|tỷ|người)(?![a-zà-ỹ])| ?%)/g;

const OWN = {chat: 'Dữ liệu của tôi', giay: 'Mở giấy chứng nhận', desk: 'Vào bàn làm việc'};  // pages of our own, by where their addresses begin

const whenOpen = [];          // what begins once the conversation is there: nothing of it holds up the first view

let chat = '';                // the conversation shown
let last = 0;                 // its newest line
let mineNo = 0;               // her newest line
let prompt = null;            // the newest line of the tutor's
let stampAt = 0;
let unseen = null;            // the first line that came while she was reading further up
let following = true;         // she stands at the end
let anchor = null;            // the first line of the newest turn
let tappedAt = 0;

function make(tag, name, words) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (words) node.textContent = words;
  return node;
}

function bubble(who, words) {
  const node = make('div', 'bubble' + (who === 'tutor' ? '' : ' mine') + (filled ? ' fresh' : ''));
  node.appendChild(make('span', 'who', (who === 'tutor' ? tutor : 'Tôi') + ': '));
  words.replace(who === 'tutor' ? QR : /$^/, '').split(/\n\s*\n/).forEach((part) => {
    const p = node.appendChild(make('p'));
    if (who !== 'tutor') p.textContent = part;
    else if (!STEP.test(part)) withPhones(p, part);
    else part.split('\n').forEach((row) => withPhones(p.appendChild(make('span', STEP.test(row) ? 'list step' : 'list')), row));
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
    const link = p.appendChild(make('a', '', own ? OWN[hit[2].split('/')[1]] : hit[2]));
    link.href = own ? hit[2].slice(1) : 'tel:' + hit[2].replace(/\D/g, '');
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

// New lines, in their order; `again`: from what this phone has kept.
function show(entries, again) {
  const wasFollowing = following;
  const fresh = entries.filter((entry) => entry.no > last);
  let first = null;
  meet(fresh);
  fresh.forEach((entry) => {
    last = entry.no;
    stamp(new Date(entry.at));
    const node = log.appendChild(bubble(entry.who, entry.text));
    illustrate(node, entry);
    if (entry.who === 'tutor') speakable(node, entry);
    if (!first || first.className.indexOf('mine') > 0) first = node;   // the answer matters more than her own words
    if (entry.who === 'tutor') prompt = entry; else mineNo = entry.no;
  });
  if (!first) return;
  if (!again) keepSeen(fresh);
  while (log.childNodes.length > KEEP) log.removeChild(log.firstChild);
  anchor = first;
  queue.filter((m) => m.acked).forEach(drop);
  giveWay();
  offer();
  if (!filled) reveal(log.lastChild);
  else if (wasFollowing) reveal(first);
  else unseen = unseen || first;
  look();
}

function clear() {
  queue.forEach((m) => {
    m.met = m.posted = false;
    m.node.insertBefore(m.words, m.node.firstChild);
  });
  log.textContent = '';
  last = mineNo = stampAt = 0;
  prompt = unseen = anchor = null;
  following = true;
  spots.length = 0;
  forgetSeen();
}

// The answers of the newest prompt, as long as she has said nothing since.
function offer() {
  const held = answers.contains(document.activeElement);
  const all = prompt ? prompt.buttons : [];
  pin(all.filter((button) => button.pinned));
  const isOpen = prompt && prompt.no > mineNo && !queue.length;
  spots.forEach((spot) => { spot.node.disabled = !isOpen || spot.no !== prompt.no; });
  const open = isOpen ? all.filter((button) => !button.pinned && !isSpot(button, prompt.no)) : [];
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
    enlarging(button);
    if (!ringing(button)) say({ token: button.token }, button.label);
  };
  return node;
}

function press(node, deed) {
  node.type = 'button';
  node.onclick = deed;
  return node;
}
