// How she likes it: letters, contrast, whether new lines are read to her. Kept on this phone, for whoever holds it.
const chosen = Object.assign({ letters: '1', contrast: '0', sound: '0' }, parsed(stored('chosen')));
const settings = $('settings'), choices = settings.querySelector('form');

function arrange() {
  ['letters', 'contrast'].forEach((key) => document.documentElement.setAttribute('data-' + key, chosen[key]));
  Object.keys(chosen).forEach((key) => {
    const radio = choices.querySelector('[name=' + key + '][value="' + chosen[key] + '"]');
    if (radio) radio.checked = true;
  });
}

choices.onchange = (event) => {
  chosen[event.target.name] = event.target.value;
  store('chosen', JSON.stringify(chosen));
  arrange();
  if (chosen.sound === '0') hush();
  if (following) toEnd();
};
choices.onsubmit = (event) => {
  event.preventDefault();
  shut(settings);
};
press($('choose'), () => open(settings));

// The button of a lesson that asks for bigger letters opens them here; what is said to it comes from the tutor.
function enlarging(button) {
  if (/^g:bigger$|:~bigger$/.test(button.token)) open(settings);
}

window.addEventListener('storage', (event) => {
  if (event.key === BOX + 'chosen') { Object.assign(chosen, parsed(event.newValue)); arrange(); }
});
arrange();
