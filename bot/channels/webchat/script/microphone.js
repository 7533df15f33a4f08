// Speaking instead of writing. Either the phone itself makes words of it, or a recording goes to our own server; a
// browser that would send her voice to its maker is not asked.
const MOST_S = 60, MOST_BYTES = 1048576;
const CODECS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus', 'audio/webm'];
const mike = $('mike'), hearing = $('hearing'), clock = $('clock');
const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
let recorder = null, recognition = null, startedAt = 0, ticking = 0, wanted = false;

function codec() {
  const canRecord = window.isSecureContext && window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
  return canRecord && document.documentElement.getAttribute('data-voice') === '1' ? CODECS.find((type) => MediaRecorder.isTypeSupported(type)) : '';
}

whenOpen.push(() => {
  if (codec()) { press(mike, record); mike.hidden = false; }
  if (!Recognition || !Recognition.available) return;
  Recognition.available({ langs: ['vi-VN'], processLocally: true }).then((found) => {
    if (found === 'available') { press(mike, dictate); mike.hidden = false; }
  }).catch(() => 0);
});

// --- the phone makes words, she looks at them and sends them ---

function dictate() {
  if (recognition) return recognition.stop();
  hush();
  recognition = new Recognition();
  recognition.lang = 'vi-VN';
  recognition.processLocally = recognition.interimResults = true;
  recognition.onresult = (event) => {
    text.value = Array.from(event.results, (result) => result[0].transcript).join(' ');
    grow();
  };
  recognition.onerror = () => tell('Chưa nghe rõ. Nói lại, hoặc gõ chữ nhé.');
  recognition.onend = () => {
    recognition = null;
    listens(false);
    text.focus({ preventScroll: true });
  };
  listens(true);
  recognition.start();
}

function listens(on) {
  mike.setAttribute('aria-pressed', String(on));
}

// --- a recording goes to the server ---

async function record() {
  let stream;
  hush();
  tell('');
  mike.disabled = true;
  try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); }
  catch (_) { return tell('Chưa nghe được: cần cho phép trang này dùng micrô.'); }
  finally { mike.disabled = false; }
  const pieces = [], type = codec();
  recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 24000 });
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    stream.getTracks().forEach((track) => track.stop());
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    if (wanted) recorded(new Blob(pieces, { type: type }), seconds);
    recorder = null;
  };
  startedAt = Date.now();
  recorder.start();
  form.hidden = true;
  hearing.hidden = false;
  ticking = setInterval(tick, 500);
  tick();
  $('heard').focus();
}

function tick() {
  const seconds = Math.floor((Date.now() - startedAt) / 1000);
  clock.textContent = Math.floor(seconds / 60) + ':' + (seconds % 60 < 10 ? '0' : '') + seconds % 60;
  if (seconds >= MOST_S) enough(true);
}

function enough(send) {
  clearInterval(ticking);
  wanted = send;
  if (recorder && recorder.state !== 'inactive') recorder.stop();
  hearing.hidden = true;
  form.hidden = false;
  mike.focus();
}

function recorded(audio, seconds) {
  if (!audio.size) return tell('Chưa nghe được gì. Nói lại nhé.');
  if (audio.size > MOST_BYTES) return tell('Lời nói dài quá. Nói ngắn hơn nhé.');
  say({ audio: audio }, '🎤 Lời nói, ' + seconds + ' giây');
}

press($('heard'), () => enough(true));
press($('unheard'), () => enough(false));
