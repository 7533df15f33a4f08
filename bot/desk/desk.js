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
for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
