// What a page does better with a script; all of it works without.
'use strict';
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', () => setTimeout(() => {
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
