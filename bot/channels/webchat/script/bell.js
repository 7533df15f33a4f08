// The bell: whether this browser may ring while the page is closed; and that the page is looked at, so that it need not.
const TURN = /^kn:is:(on|off)$/;   // what the buttons of the bell carry: the page does it, then says what came of it
const HOLD_MS = 10e3;              // so long a worker may take to be there
let subscription = null;           // by which this browser is rung, if it may
let turning = false, lookedAt = 0;

whenOpen.push(async () => {
  if (!canRing()) return;
  navigator.serviceWorker.addEventListener('message', (event) => { if (event.data && event.data.rung) opened(event.data.rung); });
  const came = /^#goi=(\d+)$/.exec(location.hash);
  if (came) history.replaceState(null, '', location.pathname + location.search);
  if (came) arrived(+came[1]);
  try {
    subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    if (!subscription) return;
    const got = await ringer({ subscription: subscription.toJSON() });
    if (got.key && keyOf(subscription) && got.key !== keyOf(subscription)) await renewed(got.key);
    looked();
  } catch (_) { /* the next opening tries again */ }
});

function canRing() { return !!(workers() && window.PushManager && window.Notification); }

// A tap on what rang has brought her here: where the line that rang is not, it was said on another phone.
async function opened(at) {
  await connect();
  arrived(at);
}

function arrived(at) {
  toEnd();
  if (!prompt || new Date(prompt.at).getTime() + 1000 < at) say({ token: 'kn:open' }, 'Xem việc đang chờ');
}

// The page is looked at, and nothing of hers is under way that would say so: whatever rang is read, here and elsewhere.
function looked() {
  if (!subscription || document.hidden || queue.length || Date.now() - lookedAt < 1000) return;
  lookedAt = Date.now();
  ringer({ looked: true }).catch(() => { lookedAt = 0; });
  navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((shown) => shown.forEach((each) => each.close()));
}

// Whether a button was the bell's: then the browser is asked, which only a tap may do, before the answer is sent.
function ringing(button) {
  const wish = TURN.exec(button.token);
  if (!wish || turning) return !!wish;
  turning = true;
  (wish[1] === 'on' ? turnOn() : turnOff()).catch(() => 'fail').then((how) => {
    turning = false;
    say({ token: 'kn:is:' + how }, button.label);
  });
  return true;
}

async function turnOn() {
  if (!window.isSecureContext) return 'http';
  if (/Zalo|FBAN|FBAV|FB_IAB|FBIOS|Messenger|Telegram|Instagram/i.test(navigator.userAgent) || window.TelegramWebviewProxy) return 'inapp';
  if (/iPhone|iPad|iPod/.test(navigator.userAgent) && navigator.standalone !== true) return 'home';
  if (!canRing()) return 'none';
  const leave = await Notification.requestPermission();
  if (leave !== 'granted') return leave === 'denied' ? 'denied' : 'later';
  const got = await ask('chat/push');
  if (!got.data.key) return 'fail';
  return await subscribed(got.data.key) ? 'on' : 'fail';
}

async function turnOff() {
  const mine = canRing() && await (await ready()).pushManager.getSubscription();
  if (mine) await mine.unsubscribe();
  subscription = null;
  return 'off';
}

async function subscribed(key) {
  const bytes = Uint8Array.from(atob(key.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  subscription = await (await ready()).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes });
  return (await ringer({ subscription: subscription.toJSON() })).ok;
}

// Our key is another than the one it was subscribed for.
async function renewed(key) {
  await ringer({ gone: subscription.endpoint });
  await subscription.unsubscribe();
  await subscribed(key);
}

function keyOf(one) {
  const raw = one.options && one.options.applicationServerKey;
  if (!raw) return '';
  return btoa(String.fromCharCode.apply(null, new Uint8Array(raw))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function ready() {
  return Promise.race([navigator.serviceWorker.ready, new Promise((_, fail) => setTimeout(fail, HOLD_MS))]);
}

async function ringer(what) {
  const got = await ask('chat/push', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) });
  if (got.status !== 200) throw got;
  return got.data;
}
