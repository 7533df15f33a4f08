// Reading aloud: the recording of a message, else the phone's own Vietnamese voice. Where there is neither, nothing is offered.
const mouth = window.speechSynthesis;
let tongue = null;            // the phone's voice
let speaking = null;          // {node, sound}: what is being read
let toRead = [];              // what is read after it

// A voice that is not on the phone itself would send every line to the maker of the browser.
function findTongue() {
  tongue = mouth.getVoices().find((one) => one.localService && /^vi([-_]|$)/i.test(one.lang)) || null;
  document.documentElement.setAttribute('data-speaks', tongue ? '1' : '0');
}

if (mouth && mouth.getVoices) {
  findTongue();
  if (mouth.addEventListener) mouth.addEventListener('voiceschanged', findTongue);
}

// A line and, after it, its answers: recordings where there are some, and words as they are spoken where they are written.
function speakable(node, entry) {
  const recorded = (entry.media || []).filter((one) => one.kind === 'voice');
  const part = (of, words) => {
    const item = recorded.find((one) => one.of === of) || {};
    return { item: item, words: item.words || words };
  };
  const answers = entry.buttons.filter((button) => !button.pinned && !isSpot(button, entry.no));
  const told = pieces(entry.text, recorded.filter((one) => !one.of));
  const parts = told.concat(answers.map((button) => part(button.token, button.label)));
  const hasSound = told.some((one) => one.item.src);
  const button = press(node.appendChild(make('button', 'hear' + (hasSound ? ' recorded' : ''))), () => {
    const mine = speaking && speaking.node === button;
    hush();
    if (!mine) read({ node: button, parts: parts });
  });
  button.setAttribute('aria-label', 'Nghe');
  if (!filled || chosen.sound !== '1' || !(hasSound || tongue)) return;
  toRead.push({ node: button, parts: parts });
  if (!speaking) readOn();
}

// A message may be several texts, some of them recorded: each recording in its place, the rest as it is written. One that
// says it in other words stands for all of it.
function pieces(text, recorded) {
  const found = [];
  let apart = false;
  const rest = (words) => { if (words.trim() && !apart) found.push({ item: {}, words: words.trim() }); };
  recorded.forEach((item) => {
    const at = item.words ? text.indexOf(item.words) : -1;
    if (at < 0) apart = true;
    else rest(text.slice(0, at));
    found.push({ item: item, words: item.words || text });
    if (at >= 0) text = text.slice(at + item.words.length);
  });
  rest(text);
  return found;
}

function readOn() {
  speaking = null;
  const next = toRead.shift();
  if (next) read(next);
}

function read(line) {
  const mine = speaking = { node: line.node, sound: null };
  const rest = line.parts.slice();
  sounding(line.node, true);
  (function onward() {
    if (speaking !== mine) return;
    const part = rest.shift();
    if (part) return play(part, onward);
    sounding(line.node, false);
    readOn();
  })();
}

function play(part, onward) {
  if (!part.item.src) return utter(part.words, onward);
  const sound = speaking.sound = new Audio(playable(part.item));
  sound.onended = onward;
  sound.play().catch(() => { if (speaking && speaking.sound === sound) utter(part.words, onward); });
}

// The same recording comes in several types: the first that this browser plays.
function playable(item) {
  const all = [item].concat(item.sources || []), probe = make('audio');
  return (all.find((one) => one.type && probe.canPlayType(one.type)) || item).src;
}

function utter(words, onward) {
  if (!tongue) return onward();
  const spoken = new SpeechSynthesisUtterance(words.replace(/\/chat\/\S+/g, ''));
  spoken.voice = tongue;
  spoken.lang = 'vi-VN';
  spoken.rate = 0.9;
  spoken.onend = spoken.onerror = onward;
  mouth.speak(spoken);
}

function sounding(node, on) {
  node.setAttribute('aria-label', on ? 'Dừng đọc' : 'Nghe');
  node.classList.toggle('on', on);
}

function hush() {
  toRead = [];
  if (!speaking) return;
  const was = speaking;
  speaking = null;
  sounding(was.node, false);
  if (was.sound) was.sound.pause();
  if (mouth) mouth.cancel();
}
