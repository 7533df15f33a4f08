// The page as an app: what a service worker keeps of it, so that it opens without a line.
// A frame without rights (the preview) and plain http have no worker; asking in the frame is a fault already.
function workers() {
  try { return window.isSecureContext && navigator.serviceWorker || null; } catch (_) { return null; }
}

whenOpen.push(() => {
  if (!workers()) return;
  [['manifest', 'app.webmanifest'], ['apple-touch-icon', 'icon-180.png']].forEach((each) => {
    const link = document.head.appendChild(make('link'));
    link.rel = each[0];
    link.href = each[1];
  });
  workers().register('sw.js').catch(() => { /* a browser that refuses goes on without */ });
});
