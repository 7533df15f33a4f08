// What is typed is kept by itself: on the server soon, and on this machine at once, until the server has it.
'use strict';
/* `form` says in its data what is told. `how`: isChanged(), isLong(), sent() (the fields as they go out), copy() and
   restore(copy) of what this machine keeps, took(now, sent) (what the server has made of it), part (of its name). */
window.keptBy = (form, how) => {
  const say = form.dataset, kept = `camtay.draft.${say.editor}.${say.lesson}${how.part}`;
  const state = document.getElementById('state'), drop = document.getElementById('drop');
  let saving = null, soon = 0, copySoon = 0, isSafe = true, isLeaving = false, stopped = '', told = state.textContent;
  document.documentElement.classList.add('has-script');

  const post = (path, fields) => {
    const body = new URLSearchParams({ form_key: form.elements.form_key.value, ...fields });
    return fetch(form.action + path, {
      method: 'POST', credentials: 'same-origin', redirect: 'manual', body,
      keepalive: document.visibilityState === 'hidden' && String(body).length < 60000,
    }).then((got) => {
      if (!got.ok) throw Object.assign(new Error('refused'), { status: got.status });
      return got.json();
    });
  };
  const remember = () => {
    try { localStorage.setItem(kept, JSON.stringify(how.copy())); isSafe = true; } catch { isSafe = false; }
  };
  const forget = () => { clearTimeout(copySoon); try { localStorage.removeItem(kept); } catch { /* there is none */ } };

  /* Whether all that was typed is on the server. */
  function save() {
    clearTimeout(soon);
    if (saving) return saving.then(save);
    if (how.isLong()) { tell(say.long, true); return Promise.resolve(false); }
    if (!how.isChanged()) {
      if (state.textContent === say.unsaved) tell(told);  // taken back: as it was
      return Promise.resolve(!how.isRefused?.());
    }
    const sent = how.sent();
    tell(say.saving);
    saving = post('', { ...sent, script: '1' }).then((now) => {
      how.took(now, sent);
      const isRefused = how.isRefused?.();
      tell([isRefused ? say.refused : `${say.saved} ${now.at}.`, ...now.notes].join(' '), isRefused);
      told = state.textContent;
      for (const each of document.querySelectorAll('.given-up')) each.hidden = !now.changed;
      if (how.isChanged()) soon = setTimeout(save, 300);  // more was typed meanwhile
      else if (!isRefused) forget();
      return !how.isChanged() && !isRefused;
    }).catch((fault) => {
      tell({ 0: say.out, 400: say.long, 401: say.out, 403: say.out, 413: say.long }[fault.status] || say.lost, fault.status === 400);
      if (fault.status !== 400) soon = setTimeout(save, 5000);
      return false;
    }).finally(() => { saving = null; });
    return saving;
  }

  function tell(words, isStuck = false) {
    state.textContent = words;
    if (drop) drop.hidden = !isStuck;
  }

  function changed() {
    const isLong = how.isLong();
    clearTimeout(copySoon); clearTimeout(soon);
    if (isLong) copySoon = setTimeout(remember, 1000); else remember();
    tell(isLong ? say.long : say.unsaved, isLong);
    if (!isLong) soon = setTimeout(save, 1500);
  }

  /* What goes elsewhere waits until all is kept; where it cannot be, the second tap goes all the same. */
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || link.target || link.getAttribute('href').startsWith('#')) return;
    if (!saving && !how.isChanged() && !how.isRefused?.() && !how.isLong()) return;
    if (stopped === link.href) return;
    event.preventDefault();
    save().then((isKept) => {
      if (isKept) location.assign(link.href);
      else { stopped = link.href; state.scrollIntoView({ block: 'nearest' }); how.show?.(); }
    });
  });
  /* A button with a wish of its own ("go") is sent once all is kept: the page that comes back begins with that. */
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wish = event.submitter?.name === 'go' ? event.submitter.value : '';
    save().then((isKept) => {
      if (!isKept) { how.show?.(); return; }
      if (!wish) return;
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'go', value: wish }));
      isLeaving = true;
      form.submit();
    });
  });
  for (const other of document.querySelectorAll('form[data-drops]')) other.addEventListener('submit', () => { if (other.elements.sure?.checked) { isLeaving = true; forget(); } });
  drop?.addEventListener('click', () => { isLeaving = true; forget(); location.reload(); });
  addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden' && !isLeaving) save(); });
  addEventListener('pagehide', () => { if (!isLeaving && (how.isChanged() || how.isLong())) remember(); });
  addEventListener('online', save);
  addEventListener('beforeunload', (event) => { if (!isLeaving && how.isChanged() && !isSafe) event.preventDefault(); });

  /* What was typed and not kept when the browser was closed comes back. */
  function begin() {
    try {
      const left = JSON.parse(localStorage.getItem(kept) || 'null');
      if (left && how.restore(left)) save().then(() => { state.textContent = `${say.back} ${state.textContent}`; });
      else forget();
    } catch { forget(); }
  }

  return { post, save, changed, begin };
};
