// The gentle form: each field is kept by itself, and what is wrong with it stands beside it.
'use strict';
(() => {
  const form = document.getElementById('words');
  if (!form) return;
  const say = form.dataset, began = form.elements.began;
  const fields = Array.from(form.querySelectorAll('[name^="="]'));
  const known = new Map(fields.map((field) => [field, field.dataset.lying ?? field.value])), refused = new Map();
  const isOf = (field) => field.value !== known.get(field) && field.value !== refused.get(field);
  const isTooLong = (field) => field.value.length > say.most || (field.value.length * 3 > say.most && new Blob([field.value]).size > say.most);
  const differing = () => fields.filter((field) => field.value !== known.get(field));

  const keeper = keptBy(form, {
    part: '.words',
    isLong: () => {
      const long = fields.filter(isTooLong);
      for (const field of long) told(field, [{ severity: 'error', message: say.long }]);
      return long.length > 0;
    },
    isChanged: () => fields.some(isOf),
    isRefused: () => differing().length > 0,
    sent: () => ({ began: began.value, ...Object.fromEntries(differing().map((field) => [field.name, field.value])) }),
    copy: () => ({ began: began.value, fields: Object.fromEntries(differing().map((field) => [field.name, field.value])) }),
    restore: (left) => {
      const back = fields.filter((field) => (left.fields[field.name] ?? field.value) !== field.value);
      for (const field of back) { choice(field, left.fields[field.name]); field.value = left.fields[field.name]; }
      if (back.length) began.value = left.began;
      return back.length > 0;
    },
    took: (now, sent) => {
      if (now.conflicts) {  // the page asks which of both stays; what was typed meanwhile is kept on this machine
        for (const field of fields) if (field.name in sent) known.set(field, sent[field.name]);
        location.reload();
        return;
      }
      began.value = now.text;
      refused.clear();
      for (const field of fields) {
        const was = sent[field.name];
        const name = field.name.slice(1);
        if (name in now.refused) refused.set(field, was);
        else if (was !== undefined) known.set(field, was);
        if (name in now.fresh) {
          if (field.value === known.get(field)) { choice(field, now.fresh[name]); field.value = now.fresh[name]; }
          known.set(field, now.fresh[name]);
        }
      }
      show(now.beside);
      for (const field of fields) rings(field, now.rings[field.name.slice(1)] || []);
    },
    show: () => { const at = document.querySelector('.beside-it.error'); document.getElementById(`f:${at?.id.slice(7)}`)?.focus(); },
  });

  /* A list can only say what it offers. */
  function choice(field, value) {
    if (field.tagName === 'SELECT' && !Array.from(field.options, (each) => each.value).includes(value)) field.add(new Option(value, value));
  }

  function rings(field, offered) {
    if (field.tagName !== 'SELECT' || !offered.length) return;
    const value = field.value;
    field.replaceChildren(...offered.map(([id, words]) => new Option(words, id)));
    field.value = value;
  }

  function told(field, faults) {
    const place = document.getElementById(`beside:${field.name.slice(1)}`);
    if (!place) return;
    place.replaceChildren(...faults.map((each) => Object.assign(document.createElement('span'), { className: each.severity, textContent: each.message })));
    place.classList.toggle('error', faults.some((each) => each.severity === 'error'));
    field.setAttribute('aria-invalid', String(faults.some((each) => each.severity === 'error')));
  }

  function show(beside) {
    for (const place of form.querySelectorAll('.beside-it')) { place.replaceChildren(); place.classList.remove('error'); }
    for (const field of fields) told(field, beside[field.name.slice(1)] || []);
    for (const [name, faults] of Object.entries(beside)) {
      const place = document.getElementById(`beside:${name}`);
      if (!place || !name.startsWith('step:')) continue;
      place.replaceChildren(...faults.map((each) => Object.assign(document.createElement('span'), { className: each.severity, textContent: each.message })));
    }
    counted();
  }

  function counted() {
    const count = document.getElementById('count'), errors = form.querySelectorAll('.beside-it span.error');
    count.textContent = count.dataset.words.replace('{count}', errors.length);
    count.hidden = !errors.length;
    const at = errors[0]?.parentNode.id.slice(7) ?? '';
    count.href = at.startsWith('step:') ? `#${at}` : `#f:${at}`;
  }

  /* The picture is shown as it is chosen. */
  function look(figure) {
    const scene = document.getElementById(`f:${figure.dataset.scene}`).value;
    const ring = document.getElementById(`f:${figure.dataset.scene.slice(0, -5)}ring`)?.value ?? '';
    const image = figure.querySelector('img'), there = `${figure.dataset.at}${encodeURIComponent(scene)}?ring=${encodeURIComponent(ring)}`;
    const about = Array.from(document.getElementById('scenes').options).find((each) => each.value === scene);
    figure.hidden = !about;
    if (about && image.getAttribute('src') !== there) { image.src = there; image.alt = about.textContent; }
  }

  form.addEventListener('input', (event) => { if (event.target.name.startsWith('=')) keeper.changed(); });
  form.addEventListener('change', () => form.querySelectorAll('.seen').forEach(look));
  form.addEventListener('change', (event) => { if (event.target.matches('[list=scenes], select')) keeper.save(); });
  keeper.begin();
  counted();
})();
