// Pictures and videos of a message: in the size that the phone needs, large on a tap, with places that can be tapped.
const SIZES = '(min-width: 44rem) 38rem, 90vw';
const spots = [];             // {no, token, node}: places on pictures, open as long as their message is the newest prompt
const zoom = $('zoom'), room = zoom.querySelector('div');
let scale = 1;
const QR = /\s*\/chat\/qr\?((?:noi|moi)=[\w-]+)/;   // a code, to be read by another phone's camera
const QR_MS = 10 * 60e3;      // so long it is shown; the words of two phones hold no longer

function illustrate(node, entry) {
  const code = QR.exec(entry.text);
  if (code && entry.who === 'tutor' && Date.now() - new Date(entry.at) < QR_MS) {
    const words = 'Ô vuông để máy kia soi vào';
    const above = node.querySelectorAll('p')[entry.text.slice(0, code.index).split(/\n\s*\n/).length - 1];
    node.insertBefore(photo({ src: 'chat/qr?' + code[1], words: words, width: 320, height: 320 }, [], entry.no), above.nextSibling);
  }
  const places = entry.buttons.filter((button) => button.spot && !button.pinned);
  (entry.media || []).forEach((item) => {
    if (!item.src) return;
    if (item.kind === 'photo') node.appendChild(photo(item, places.splice(0), entry.no));
    else if (item.kind === 'video') node.appendChild(video(item));
  });
}

function photo(item, places, no) {
  const figure = make('figure');
  const image = picture(item, SIZES);
  if (places.length) {
    const scene = figure.appendChild(make('div', 'scene'));
    scene.appendChild(image);
    places.forEach((button) => spots.push({ no: no, token: button.token, node: spot(scene, button) }));
    image.addEventListener('error', () => asAnswers(scene, no), true);
    press(figure.appendChild(make('button', 'larger', 'Phóng to hình')), () => enlarge(item));
  } else {
    const opener = press(figure.appendChild(make('button', 'opener')), () => enlarge(item));
    opener.setAttribute('aria-label', 'Phóng to hình: ' + (item.words || 'hình kèm tin'));
    opener.appendChild(image);
  }
  return figure;
}

// Where the picture does not come, what could be tapped on it is an answer like any other.
function asAnswers(scene, no) {
  for (let at = spots.length - 1; at >= 0; at--) if (spots[at].no === no) spots.splice(at, 1)[0].node.remove();
  scene.className = '';
  answers.no = -1;
  offer();
}

function isSpot(button, no) { return spots.some((spot) => spot.no === no && spot.token === button.token); }

// The words stand in its place where the picture does not come.
function picture(item, sizes) {
  const whole = make('picture');
  (item.sources || []).forEach((source) => {
    const node = whole.appendChild(make('source'));
    node.type = source.type;
    node.sizes = sizes;
    node.srcset = source.srcset;
  });
  const image = make('img');
  image.alt = item.words || 'Hình kèm tin';
  image.decoding = 'async';
  image.width = item.width || 640;
  image.height = item.height || 480;
  image.onerror = () => { whole.textContent = 'Hình chưa xem được: ' + image.alt; };
  whole.appendChild(image);
  if (item.srcset) { image.sizes = sizes; image.srcset = item.srcset; }
  image.src = item.src;
  return whole;
}

// `spot`: left, top, width and height in per cent of the picture.
function spot(scene, button) {
  const node = tappable(scene, button);
  node.className = 'spot';
  node.textContent = '';
  node.setAttribute('aria-label', button.label);
  ['left', 'top', 'width', 'height'].forEach((side, at) => { node.style[side] = button.spot[at] + '%'; });
  return node;
}

function video(item) {
  const node = make('video');
  node.controls = true;
  node.preload = 'none';
  node.width = item.width || 640;
  node.height = item.height || 360;
  node.setAttribute('aria-label', item.words || 'Đoạn phim kèm tin');
  if (item.poster) node.poster = item.poster;
  node.src = item.src;
  return node;
}

// --- large ---

function enlarge(item) {
  room.textContent = '';
  room.appendChild(picture(item, '200vw'));
  $('words').textContent = item.words || '';
  resize(1);
  open(zoom);
}

function resize(to) {
  scale = Math.min(4, Math.max(1, to));
  room.firstChild.style.width = scale * 100 + '%';
  room.scrollLeft = (room.scrollWidth - room.clientWidth) / 2;
  room.scrollTop = (room.scrollHeight - room.clientHeight) / 2;
  $('bigger').disabled = scale === 4;
  $('smaller').disabled = scale === 1;
}

press($('bigger'), () => resize(scale * 2));
press($('smaller'), () => resize(scale / 2));
press($('zoomed'), () => shut(zoom));
room.ondblclick = () => resize(scale > 1 ? 1 : 2);

// --- windows over the page; an old browser that knows none shows them at the end of it ---

function open(dialog) {
  if (dialog.showModal) dialog.showModal(); else dialog.setAttribute('open', '');
}

function shut(dialog) {
  if (dialog.close) dialog.close(); else dialog.removeAttribute('open');
}
