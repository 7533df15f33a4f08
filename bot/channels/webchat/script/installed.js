// The page as an app: what a worker keeps of it, so that it opens without a line.
const whenOpen = [];          // what begins once the conversation is there: nothing of it holds up the first view

// A frame without rights (the preview) and plain http have no worker; asking in the frame is a fault already.
function workers() {
  try { return window.isSecureContext && navigator.serviceWorker || null; } catch (_) { return null; }
}

whenOpen.push(() => {
  if (workers()) workers().register('sw.js').catch(() => { /* a browser that refuses goes on without */ });
});
