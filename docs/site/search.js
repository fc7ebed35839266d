/** Search in the page: every word typed must begin a word of the heading or of its text; headings count most.
 *  The index is a script, so that it works from a file too. Keys: / to search, arrows, Enter, Escape. @module */
(() => {
  const input = document.querySelector('input[type=search]');
  const list = document.querySelector('#found');
  const root = document.documentElement.dataset.root;
  const words = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const entries = globalThis.searchIndex.map(([address, page, title, text]) => ({ address, page, title, text, inTitle: words(title), inPage: words(page), inText: words(text) }));
  let chosen = -1;

  const score = (entry, asked) => {
    let sum = 0;
    for (const word of asked) {
      const begins = (other) => other.startsWith(word);
      const times = entry.inText.filter(begins).length;
      const worth = (entry.inTitle.some(begins) ? 20 : 0) + (entry.inPage.some(begins) ? 8 : 0) + Math.min(times, 5);
      if (worth === 0) return 0;
      sum += worth;
    }
    return sum;
  };
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
    const asked = words(input.value);
    const found = asked.length === 0 ? [] : entries.map((entry) => ({ entry, worth: score(entry, asked) })).filter(({ worth }) => worth > 0).sort((a, b) => b.worth - a.worth).slice(0, 12);
    list.replaceChildren(...found.map(({ entry }) => {
      const link = document.createElement('a');
      link.href = `${root}/${entry.address}`;
      const [title, where] = ['strong', 'small'].map((name) => document.createElement(name));
      title.textContent = entry.title;
      where.textContent = entry.page === entry.title ? '' : entry.page;
      const text = document.createElement('span');
      text.textContent = excerpt(entry.text, asked[0]);
      link.append(title, ' ', where, text);
      const item = document.createElement('li');
      item.append(link);
      return item;
    }));
    if (asked.length > 0 && found.length === 0) list.append(Object.assign(document.createElement('li'), { textContent: 'Nothing found', className: 'none' }));
    list.hidden = asked.length === 0;
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
