// The text of a lesson as it is written: kept by itself, its faults at the line, words that fit, the phone beside it.
'use strict';
(() => {
  const form = document.getElementById('writing');
  if (!form) return;
  const text = document.getElementById('text'), began = form.elements.began;
  const gutter = form.querySelector('.gutter'), list = document.getElementById('faults');
  const offers = document.getElementById('offers'), phone = document.querySelector('.trial iframe');
  const say = form.dataset, bar = form.querySelector('.at-hand');
  const play = phone ? phone.getAttribute('src') : '';  // the table has no phone beside it
  let checkSoon = 0, asked = 0, marks = new Map(), chosen = -1;
  const isLong = () => text.value.length > say.most || new Blob([text.value]).size > say.most;

  // --- it is kept by itself ---

  const keeper = keptBy(form, {
    part: '', isLong,
    isChanged: () => text.value !== began.value,
    sent: () => ({ began: began.value, text: text.value }),
    copy: () => ({ began: began.value, text: text.value }),
    restore: (left) => {
      if (left.text === text.value || left.text === left.began) return false;
      began.value = left.began;
      put(left.text);
      return true;
    },
    took: (now, sent) => {
      if (text.value === sent.text) {
        if (now.text !== sent.text) { put(now.text); check(); }
        began.value = now.text;
      } else if (now.text === sent.text) began.value = sent.text;  // else the next save puts both together
    },
  });
  const send = keeper.post, save = keeper.save;

  function put(value) {
    const at = [text.selectionStart, text.selectionEnd, text.scrollTop];
    text.value = value;
    text.setSelectionRange(at[0], at[1]);
    text.scrollTop = at[2];
    number();
  }

  function changed() {
    keeper.changed();
    clearTimeout(checkSoon);
    checkSoon = setTimeout(check, 150);
    number();
    hide();
  }

  text.addEventListener('input', changed);

  // --- faults at the line ---

  function check() {
    const number_ = ++asked;
    if (isLong()) return;
    send('/check', { text: text.value }).then((found) => { if (number_ === asked) show(found); }).catch(() => {});
  }

  function show(found) {
    marks = new Map();
    list.replaceChildren(...found.map((each) => {
      if (each.severity === 'note') return Object.assign(document.createElement('li'), { className: 'soft', textContent: each.message });
      const item = document.createElement('li'), head = document.createElement('b'), link = document.createElement(each.where ? 'span' : 'a');
      head.textContent = `${each.severity === 'error' ? say.error : say.warning} ${each.code}`;
      if (!each.where) { link.href = '#text'; link.dataset.line = each.line; link.dataset.col = each.col; }
      link.textContent = say.place.replace('{line}', each.line).replace('{col}', each.col);
      item.append(head, ' ', each.where ? `${each.where}, ` : '', link, `: ${each.message}`, each.hint ? ` (${each.hint})` : '');
      if (!each.where && marks.get(each.line) !== 'error') marks.set(each.line, each.severity);
      return item;
    }));
    if (!found.length) list.append(Object.assign(document.createElement('li'), { textContent: say.none }));
    const count = document.getElementById('count'), errors = found.filter((each) => each.severity === 'error').length;
    count.textContent = count.dataset.words.replace('{count}', errors);
    count.hidden = !errors;
    count.href = '#faults-name';
    number();
  }

  list.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-line]');
    if (!link) return;
    event.preventDefault();
    jump(+link.dataset.line, +link.dataset.col);
  });

  /* The cursor at a line and column, the line in sight: in the text and on the page. */
  function jump(asked_, col) {
    const lines = text.value.split('\n'), line = Math.min(asked_, lines.length);
    const at = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + col - 1;
    text.focus({ preventScroll: true });
    text.setSelectionRange(at, at);
    number(() => {
      const row = gutter.children[line - 1];
      if (!row) return;
      text.scrollTop = row.offsetTop - text.clientHeight / 3;
      const top = text.getBoundingClientRect().top + row.offsetTop - text.scrollTop;
      if (top < 80 || top > innerHeight - 200) scrollBy(0, top - innerHeight / 3);
    });
  }

  // Numbers beside lines that may be folded: each is as high as its line.
  let drawn = 0, after = null;
  function number(then = null) {
    after = then || after;
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(() => {
      if (isLong()) { gutter.replaceChildren(); return; }  // no lesson is so long: nothing is to be found in it
      const measure = document.createElement('div');
      measure.className = 'measure';
      measure.style.width = `${text.clientWidth - 16}px`;
      measure.append(...text.value.split('\n').map((line) => Object.assign(document.createElement('div'), { textContent: line || ' ' })));
      gutter.parentNode.append(measure);
      const heights = Array.from(measure.children, (each) => each.getBoundingClientRect().height);
      measure.remove();
      gutter.replaceChildren(...heights.map((height, at) => {
        const row = document.createElement('div');
        row.textContent = (marks.get(at + 1) === 'error' ? '●' : marks.has(at + 1) ? '○' : '') + (at + 1);
        row.className = marks.get(at + 1) || '';
        row.style.height = `${height}px`;
        return row;
      }));
      gutter.scrollTop = text.scrollTop;
      after?.(); after = null;
    });
  }
  text.addEventListener('scroll', () => { gutter.scrollTop = text.scrollTop; });
  new ResizeObserver(() => number()).observe(text);

  // --- words that fit ---

  const before = () => text.value.slice(0, text.selectionStart);
  const line = () => before().split('\n').length;

  /* The ids of the steps of a text, in order: items of a list that begin with a kind of step. */
  const stepsIn = (some) => Array.from(some.matchAll(/^ *- +([a-z]+): *([a-z0-9_]+) *(?:#.*)?$/gm))
    .filter((each) => say.kinds.split(' ').includes(each[1])).map((each) => each[2]);

  function complete() {
    const steps = stepsIn(text.value).join(' ');
    const col = before().length - before().lastIndexOf('\n');
    send('/complete', { text: text.value, line: line(), col, steps }).then((found) => {
      offers.replaceChildren(...found.map((each, at) => {
        const item = document.createElement('li');
        item.setAttribute('role', 'option'); item.id = `offer-${at}`;
        item.append(Object.assign(document.createElement('b'), { textContent: each.word }), ` ${each.about}`);
        item.addEventListener('mousedown', (event) => { event.preventDefault(); take(each); });
        item.offer = each;
        return item;
      }));
      offers.hidden = !found.length;
      if (!found.length) document.getElementById('state').textContent = say.nothing;
      offers.style.left = gutter.children.length ? '4rem' : '.5rem';
      place(found.length);
      choose(0);
    }).catch(() => {});
  }

  /* The lowest point of the window that the bar at its foot leaves free. */
  const floor = () => Math.min(innerHeight, bar.getBoundingClientRect().top);

  /* The line of the cursor comes above the bar; a list of words stands below the line. */
  function place(count) {
    const row = gutter.children[line() - 1], box = text.getBoundingClientRect();
    if (!row) { offers.style.top = '8px'; return; }
    const rowTop = () => text.getBoundingClientRect().top + row.offsetTop - text.scrollTop;
    const wanted = count ? Math.min(240, innerHeight / 3) : 0;
    const hidden = rowTop() + row.offsetHeight + wanted - floor();
    if (hidden > 0) scrollBy(0, Math.min(hidden, rowTop() - 80));
    const below = floor() - rowTop() - row.offsetHeight;
    const top = row.offsetTop + row.offsetHeight - text.scrollTop;
    offers.style.maxHeight = `${Math.max(96, Math.min(256, below - 8))}px`;
    offers.style.top = `${Math.max(8, Math.min(top, box.height - 60))}px`;
  }
  text.addEventListener('keyup', () => { if (offers.hidden) place(0); });
  text.addEventListener('click', () => { if (offers.hidden) place(0); });

  function choose(at) {
    const items = offers.children;
    chosen = items.length ? (at + items.length) % items.length : -1;
    Array.from(items).forEach((each, number_) => each.setAttribute('aria-selected', number_ === chosen));
    if (chosen < 0) { text.removeAttribute('aria-activedescendant'); return; }
    text.setAttribute('aria-activedescendant', items[chosen].id);
    items[chosen].scrollIntoView({ block: 'nearest' });
  }

  function take(offer) {
    const end = text.selectionStart;
    text.setRangeText(offer.word, end - offer.typed, end, 'end');
    hide();
    changed();
  }

  function hide() {
    offers.hidden = true; chosen = -1;
    text.removeAttribute('aria-activedescendant');
  }

  const button = document.getElementById('offer');
  button?.addEventListener('mousedown', (event) => event.preventDefault());  // the cursor stays where it is
  button?.addEventListener('click', complete);
  text.addEventListener('blur', hide);
  text.addEventListener('keydown', (event) => {
    if (event.isComposing || !button) return;
    if (event.ctrlKey && event.code === 'Space') { event.preventDefault(); complete(); return; }
    if (offers.hidden) return;
    const act = {
      ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Escape: hide,
      Enter: () => take(offers.children[chosen].offer), Tab: () => take(offers.children[chosen].offer),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // --- the phone beside it ---

  document.getElementById('from-here')?.addEventListener('click', () => {
    const end = text.value.indexOf('\n', text.selectionStart), upTo = text.value.slice(0, end < 0 ? undefined : end);
    const above = stepsIn(upTo).pop();
    save().then((isKept) => {
      if (!isKept) return;  // why, the state tells
      phone.src = above ? `${play}?step=${encodeURIComponent(above)}` : play;
    });
  });

  keeper.begin();
  number();
  check();
  const asked_ = /^#L(\d{1,6})$/.exec(location.hash);
  if (asked_) jump(+asked_[1], 1);
})();
