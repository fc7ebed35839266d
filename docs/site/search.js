/** Search in the page. The index is a script, so that it works from a file too. Keys: / to search, arrows, Enter, Escape.
 *  Not here: what is found (ranking.js). @module */
(() => {
  const input = document.querySelector('input[type=search]');
  const list = document.querySelector('#found');
  const root = document.documentElement.dataset.root;
  const search = globalThis.searchIn(globalThis.searchIndex);
  let chosen = -1;

  const excerpt = (text, word) => {
    const at = Math.max(0, text.toLowerCase().indexOf(word) - 40);
    return `${at > 0 ? '…' : ''}${text.slice(at, at + 130)}`;
  };
  const choose = (next) => {
    chosen = next;
    [...list.children].forEach((item, at) => item.toggleAttribute('data-chosen', at === chosen));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  };
  const show = () => {
    const [first = ''] = input.value.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const found = search(input.value).slice(0, 12);
    list.replaceChildren(...found.map((entry) => {
      const link = document.createElement('a');
      link.href = `${root}/${entry.address}`;
      const [title, where] = ['strong', 'small'].map((name) => document.createElement(name));
      title.textContent = entry.title;
      where.textContent = entry.page === entry.title ? '' : entry.page;
      const text = document.createElement('span');
      text.textContent = excerpt(entry.text, first);
      link.append(title, ' ', where, text);
      const item = document.createElement('li');
      item.append(link);
      return item;
    }));
    if (first !== '' && found.length === 0) list.append(Object.assign(document.createElement('li'), { textContent: 'Nothing found', className: 'none' }));
    list.hidden = first === '';
    choose(found.length > 0 ? 0 : -1);
  };

  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => {
    const last = list.querySelectorAll('a').length - 1;
    if (event.key === 'ArrowDown') choose(Math.min(last, chosen + 1));
    else if (event.key === 'ArrowUp') choose(Math.max(0, chosen - 1));
    else if (event.key === 'Enter') list.children[chosen]?.querySelector('a')?.click();
    else if (event.key === 'Escape') { input.value = ''; show(); input.blur(); }
    else return;
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener('click', (event) => { if (!event.target.closest('search')) list.hidden = true; });
  list.addEventListener('click', (event) => { if (event.target.closest('a')) list.hidden = true; });
  // On a phone the list of pages is closed until it is asked for.
  if (matchMedia('(max-width: 50rem)').matches) document.querySelector('.all').open = false;
})();
