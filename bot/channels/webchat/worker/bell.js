// What rings while the page is closed. One line stands on the locked screen, with no name and nothing that was said.
const TAG = 'camtay';

self.addEventListener('push', (event) => event.waitUntil(rung(event.data)));

// Every push shows something, as browsers demand; but for one that takes it away, which a browser allows now and then.
async function rung(data) {
  let told = {};
  try { told = data.json(); } catch (_) { /* nothing to read: something waits all the same */ }
  if (told.close) return shut();
  await self.registration.showNotification(told.title || 'Cầm Tay', {
    body: told.text || '', tag: TAG, renotify: !!told.urgent, requireInteraction: !!told.urgent, lang: 'vi',
    icon: 'icon-192.png', vibrate: told.urgent ? [400, 200, 400, 200, 400] : [200], data: { at: told.at || 0 },
  });
}

async function shut() {
  (await self.registration.getNotifications({ tag: TAG })).forEach((each) => each.close());
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.at));
});

// The page that is open already, else a new one; it is told what it was opened for.
async function openPage(at) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((each) => each.url.split(/[?#]/)[0] === base.href);
  if (!page) return self.clients.openWindow('./#goi=' + at);
  page.postMessage({ rung: at });
  return page.focus();
}

// The browser has changed the address by which it is rung: the page need not be opened for us to know.
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(changed(event)));

async function changed(event) {
  const old = event.oldSubscription;
  const now = event.newSubscription || (old && await self.registration.pushManager.subscribe(old.options));
  if (old) await tell({ gone: old.endpoint });
  if (now) await tell({ subscription: now.toJSON() });
}

function tell(what) {
  return fetch('chat/push', {
    method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what),
  });
}
