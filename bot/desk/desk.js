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

// What was typed lies with this tab until it was sent: no line, or back, loses nothing; a long form that says so stays on
// this machine. No password, no code, no file; what keeps drafts on the server has keeping.js.
const SENT = 'camtay:sent', words = document.body.dataset;
const placeOf = (form) => form.dataset.keep ? localStorage : sessionStorage;
const keptAs = (form) => form.dataset.keep ? `camtay.typed.${form.dataset.keep}`
  : `camtay:${location.pathname}${location.search}#${[...document.forms].indexOf(form)}`;
const isSecret = (name) => /^(ma|code|login)$|pass|token/i.test(name);
const typed = (form) => [...form.elements].filter((field) => field.name && (form.dataset.keep || !isSecret(field.name))
  && field.matches('textarea, input:not([type]), input[type=text]'));
const keep = (form) => {
  const text = JSON.stringify(Object.fromEntries(typed(form).map((field) => [field.name, field.value])));
  try { if (form.dataset.keep || text.length < 50000) placeOf(form).setItem(keptAs(form), text); } catch { /* full, or none */ }
};
const say = (form, text) => {
  const line = form.querySelector('.kept') || form.appendChild(document.createElement('p'));
  line.className = 'kept';
  line.setAttribute('role', 'status');
  line.textContent = text;
};
const restore = (forms) => {
  try {
    const sent = sessionStorage.getItem(SENT);
    const isBack = performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
    const hasArrived = !isBack && document.referrer && !document.querySelector('.fault');  // opened anew it has none
    if (sent && hasArrived) for (const place of [sessionStorage, localStorage]) place.removeItem(sent);
    if (!isBack) sessionStorage.removeItem(SENT);
    for (const form of forms) {
      const found = JSON.parse(placeOf(form).getItem(keptAs(form)) || '{}');
      for (const field of typed(form)) {
        if (typeof found[field.name] !== 'string' || found[field.name] === field.value) continue;
        field.value = found[field.name];
        say(form, words.kept);
      }
    }
  } catch { /* no such place in this browser */ }
};
for (const form of document.querySelectorAll('header form[action$="out"]')) {
  form.addEventListener('submit', () => {  // whoever sits here next finds nothing of hers
    try { for (const key of Object.keys(sessionStorage)) if (key.startsWith('camtay:')) sessionStorage.removeItem(key); } catch { /* none */ }
  });
}
const kept = document.querySelectorAll(location.pathname.includes('/lessons') ? 'form[data-keep]' : 'main form[method=post]');
for (const form of kept) {
  form.addEventListener('input', () => {
    keep(form);
    if (form.dataset.here && form.querySelector('.kept')?.textContent !== form.dataset.here) say(form, form.dataset.here);
  });
  form.addEventListener('submit', (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say(form, words.offline);
      return;
    }
    try { sessionStorage.setItem(SENT, keptAs(form)); } catch { /* none */ }
  }, true);
}
restore(kept);

// What is too heavy is told before it is sent: the browser holds the form back with our sentence.
for (const field of document.querySelectorAll('input[type=file][data-most]')) {
  field.addEventListener('change', () => {
    const isHeavy = [...field.files].some((file) => file.size > Number(field.dataset.most));
    field.setCustomValidity(isHeavy ? field.dataset.heavy : '');
    if (isHeavy) field.reportValidity();
  });
}

// A password is long and typed blind: whoever sits alone may look at it.
for (const field of document.querySelectorAll('input[type=password]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  const show = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? words.hide : words.show;
  };
  button.addEventListener('click', () => show(field.type === 'password'));
  field.form.addEventListener('submit', () => show(false));  // no browser keeps it among what was typed
  field.parentElement.after(button);
  show(false);
}

// A table that goes on to the right says so.
for (const wide of document.querySelectorAll('.wide')) {
  if (wide.scrollWidth > wide.clientWidth + 2) wide.dataset.more = words.more;
}

// What a file was made of stands on the page: once it has come, that part is looked up anew.
for (const form of new Set([...document.querySelectorAll('[data-again]')].map((button) => button.form))) {
  const news = form.querySelector('[data-news]'), part = document.querySelector('[data-after]');
  form.addEventListener('submit', () => {
    if (news) news.textContent = news.dataset.news;
    for (const seconds of part ? [4, 10, 25] : []) setTimeout(async () => {
      try {
        const answer = await fetch(location.href.split('#')[0], { redirect: 'error' });
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const found = page.querySelector('[data-after]');
        if (answer.ok && found) part.replaceChildren(...found.childNodes);
      } catch { /* no line: as it was */ }
    }, seconds * 1000);
  });
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

// A page that lies open renews the part that changes, while somebody can see it and types nothing there.
for (const part of document.querySelectorAll('[data-renew]')) {
  const news = document.querySelector('[data-news]');
  const renew = async () => {
    const busy = document.activeElement?.matches('input, select, textarea');
    if (document.visibilityState !== 'visible' || busy) return;
    try {
      const answer = await fetch(location.href, { redirect: 'error', headers: { 'X-Camtay-Renewed': '1' } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const seen = page.querySelector('[data-seen]'), found = page.querySelector('[data-renew]');
      document.querySelector('[data-seen]')?.replaceChildren(...(seen ? seen.childNodes : []));
      const keys = (of) => [...of.querySelectorAll('[data-key]')].map((each) => each.dataset.key);
      const known = new Set(keys(part)), fresh = keys(found).some((key) => !known.has(key));
      const at = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
      part.replaceChildren(...found.childNodes);
      if (at) [...part.querySelectorAll('a')].find((link) => link.getAttribute('href') === at)?.focus();
      if (fresh && news) news.textContent = news.dataset.news;
    } catch { /* no line, or out: the page stays as it was, and says when that was */ }
  };
  setInterval(renew, Number(part.dataset.renew) * 1000);
  document.addEventListener('visibilitychange', renew);
}

for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
