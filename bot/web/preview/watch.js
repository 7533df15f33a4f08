// Shows a saved file at once, and carries on what is said on the phone: the whole play again, with one deed more.
(function () {
  'use strict';
  const body = document.body, again = document.getElementById('again'), told = document.getElementById('changed');
  const phone = document.querySelector('iframe');
  let writing = false;

  function look() {
    fetch(body.dataset.state, { cache: 'no-store' }).then(function (got) {
      return got.ok ? got.json() : { stamp: body.dataset.stamp };
    }).then(function (now) {
      if (now.stamp === body.dataset.stamp) return setTimeout(look, 1000);
      if (writing) told.hidden = false;   // whoever is writing decides when
      else if (again.method === 'post') again.submit();
      else location.reload();
    }).catch(function () { setTimeout(look, 3000); });
  }

  window.addEventListener('message', function (event) {
    if (!phone || event.source !== phone.contentWindow) return;
    const said = event.data.said;
    if (!said) { writing = event.data.writing; return; }
    const deed = again.appendChild(document.createElement('input'));
    deed.type = 'hidden';
    deed.name = 'a';
    deed.value = said.token === undefined ? 'say:' + said.text : 'tap:' + said.token;
    again.submit();
  });

  setTimeout(look, 1000);
})();
