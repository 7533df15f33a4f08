// The worker of the page: the page itself, and pictures that were seen, without a line. It keeps no word of anybody.
const base = new URL(self.registration.scope);
const PAGE = 'camtay page ' + base.pathname, PICTURES = 'camtay pictures ' + base.pathname;
const MOST = 60;              // pictures kept

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(renew());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== base.origin) return;
  if (request.mode === 'navigate' && url.pathname === base.pathname) event.respondWith(page(event));
  else if (request.destination === 'image' && url.pathname.startsWith(base.pathname + 'media/')) event.respondWith(picture(request));
});

// What is kept at once, and for the next time what the server has now, with a fresh cookie.
async function page(event) {
  const kept = await (await caches.open(PAGE)).match('./');
  const fresh = renew();
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => 0));
  return kept;
}

async function renew() {
  const got = await fetch('./', { credentials: 'same-origin', cache: 'no-cache' });
  if (got.ok && !got.redirected) await (await caches.open(PAGE)).put('./', got.clone());
  return got;
}

// A picture's name is made of its bytes: what is kept is right for ever.
async function picture(request) {
  const store = await caches.open(PICTURES);
  const kept = await store.match(request.url);
  if (kept) return kept;
  const got = await fetch(request);
  if (got.ok) {
    await store.put(request.url, got.clone());
    const all = await store.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - MOST)).map((old) => store.delete(old)));
  }
  return got;
}
