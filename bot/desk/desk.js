// What a page does better with a script; all of it works without.
'use strict';
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', (event) => setTimeout(() => {
    if (event.defaultPrevented) return; // a script of the page sends it
    if (event.submitter && 'again' in event.submitter.dataset) return; // what it brings is a file: the page stays
    for (const button of form.querySelectorAll('button')) button.disabled = true;
  }));
}
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll('form[method=post] button')) button.disabled = false;
});

// On a phone the pages stand behind one button: what she came for is to be seen first.
for (const nav of document.querySelectorAll('header nav')) {
  const list = nav.querySelector('ul');
  if (!list || list.children.length < 4) continue;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'pages';
  button.textContent = '☰ ' + nav.getAttribute('aria-label');
  const narrow = matchMedia('(max-width: 40rem)');
  const show = (open) => {
    button.hidden = !narrow.matches;
    list.hidden = narrow.matches && !open;
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => show(list.hidden));
  narrow.addEventListener('change', () => show(false));
  nav.prepend(button);
  show(false);
}

// A search whose findings come as one types: the same page, of which one part is taken.
for (const form of document.querySelectorAll('form[data-live]')) {
  let timer = 0, asked = 0;
  const look = async () => {
    const mine = ++asked, address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form)).toString();
    try {
      const answer = await fetch(address, { redirect: 'error' });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const there = document.querySelector(form.dataset.live), found = page.querySelector(form.dataset.live);
      if (mine !== asked || !there || !found) return;
      there.replaceChildren(...found.childNodes);
      history.replaceState(null, '', address);
    } catch { /* no line: the button asks again */ }
  };
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 200); });
}


// What was typed into a long form stays in this browser until it is sent; what it began with goes along with it.
for (const form of document.querySelectorAll('form[data-keep]')) {
  const key = `camtay.typed.${form.dataset.keep}`, fields = () => Array.from(form.querySelectorAll('textarea, input:not([type])'));
  try {
    const isAnswered = sessionStorage.getItem(key) && document.querySelector('.said:not([data-kept]), .fault');
    if (isAnswered) { localStorage.removeItem(key); sessionStorage.removeItem(key); }  // it has arrived
    const left = JSON.parse(localStorage.getItem(key) || 'null');
    for (const field of left ? fields() : []) if (left[field.name] !== undefined) field.value = left[field.name];
    if (left) form.querySelector('[data-kept]').hidden = false;
  } catch { /* not allowed here, or not ours */ }
  form.addEventListener('input', () => {
    const now = Object.fromEntries(fields().filter((field) => field.name).map((field) => [field.name, field.value]));
    try { localStorage.setItem(key, JSON.stringify(now)); } catch { /* full: the button saves all the same */ }
  });
  form.addEventListener('submit', () => { try { sessionStorage.setItem(key, 'sent'); } catch { /* as above */ } });
}

for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
