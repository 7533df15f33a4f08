// How to come back, told once, quietly, after she has said something: never the first thing that is seen.
const hint = $('hint');
const known = Object.assign({ visits: 0, told: 0, installed: 0 }, parsed(stored('known')));
const isApp = matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;
const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent);
let offered = null;           // the browser's own offer to put the page on the home screen

// Messengers open links in a browser of their own, which keeps no app and shows no address to come back to.
function inside() {
  const agent = navigator.userAgent;
  if (/Zalo/i.test(agent)) return 'Zalo';
  if (/FBAN|FBAV|FB_IAB|FBIOS|Messenger/.test(agent)) return 'Facebook';
  return /Telegram/i.test(agent) || window.TelegramWebviewProxy ? 'Telegram' : '';
}

window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offered = event;
});

whenOpen.push(() => {
  known.visits++;
  remember();
});

function remember() { store('known', JSON.stringify(known)); }

function suggest() {
  const host = inside();
  if (!hint.hidden || isApp || busy()) return;
  if (host && !known.told) {
    const words = 'Đang mở trong ' + host + ': lần sau bấm lại đường dẫn này trong ' + host + ' là vào. Muốn mở bằng trình duyệt ' +
      'của máy thì chép đường dẫn sang đó, rồi ở đây gõ “đổi máy”.';
    return advise('told', words, 'Chép đường dẫn', copyAddress);
  }
  if (host || known.installed || known.visits < 2) return;
  if (offered) {
    const words = 'Đưa ' + tutor + ' ra màn hình điện thoại, lần sau bấm một cái là vào.';
    advise('installed', words, 'Đưa ra màn hình', () => offered.prompt());
  } else if (isApple) {
    const where = 'bấm nút Chia sẻ (ô vuông có mũi tên lên), rồi chọn “Thêm vào MH chính”.';
    advise('installed', 'Muốn có ' + tutor + ' trên màn hình: ' + where);
  }
}

// Somebody is in need, or the bell is asked about: one thing at a time.
function busy() { return !!prompt && prompt.buttons.some((each) => /~mistake$|^(g:mistake|o:|q:strangers|kn:is)/.test(each.token)); }

function giveWay() {
  if (hint.hidden || !busy()) return;
  hint.hidden = true;
  known[hint.what] = 0;
  remember();
}

function advise(what, words, label, deed) {
  known[what] = 1;
  hint.what = what;
  remember();
  const close = () => {
    hint.hidden = true;
    text.focus({ preventScroll: true });
    if (following) toEnd();
  };
  hint.textContent = '';
  hint.appendChild(make('p', '', words));
  const row = hint.appendChild(make('div', 'row'));
  if (label) press(row.appendChild(make('button', '', label)), () => { deed(); close(); });
  press(row.appendChild(make('button', '', label ? 'Để sau' : 'Hiểu rồi')), close);
  hint.hidden = false;
}

function copyAddress() {
  const address = location.origin + location.pathname;
  const shown = () => tell('Đường dẫn: ' + address);
  if (!navigator.clipboard) return shown();
  navigator.clipboard.writeText(address).then(() => tell('Đã chép đường dẫn.'), shown);
}
