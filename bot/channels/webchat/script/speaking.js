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

// What is read: a recording where there is one, and the words as they are spoken where they are written down.
function speakable(node, entry) {
  const item = (entry.media || []).find((one) => one.kind === 'voice') || {};
  const words = item.words || entry.text;
  const line = { node: null, src: item.src, words: words };
  line.node = press(node.appendChild(make('button', 'hear' + (item.src ? ' recorded' : ''))), () => {
    const mine = speaking && speaking.node === line.node;
    hush();
    if (!mine) read(line);
  });
  line.node.setAttribute('aria-label', 'Nghe');
  if (filled && chosen.sound === '1' && (item.src || tongue)) { toRead.push(line); if (!speaking) readOn(); }
}

function readOn() {
  speaking = null;
  const next = toRead.shift();
  if (next) read(next);
}

function read(line) {
  const over = () => { if (speaking && speaking.node === line.node) { sounding(line.node, false); readOn(); } };
  sounding(line.node, true);
  speaking = { node: line.node, sound: null };
  if (!line.src) return utter(line, over);
  const sound = speaking.sound = new Audio(line.src);
  sound.onended = over;
  sound.play().catch(() => { if (speaking && speaking.sound === sound) { speaking.sound = null; utter(line, over); } });
}

function utter(line, over) {
  if (!tongue) return over();
  const spoken = new SpeechSynthesisUtterance(line.words.replace(/\/chat\/\S+/g, ''));
  spoken.voice = tongue;
  spoken.lang = 'vi-VN';
  spoken.rate = 0.9;
  spoken.onend = spoken.onerror = over;
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
