'use strict';
// Nothing here is needed: it filters long tables, and follows what is running without loading the page again.
(() => {
  const FEW = 8;

  function withFilter(table) {
    const rows = [...table.tBodies[0].rows];
    const head = table.closest('section').querySelector('.head');
    if (rows.length <= FEW || !head || head.querySelector('input')) return;
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = 'Filter ( / )';
    input.setAttribute('aria-label', 'Filter ' + head.querySelector('h2').firstChild.textContent.trim());
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    head.append(input);
  }

  function start() {
    document.querySelectorAll('table').forEach(withFilter);
    const main = document.querySelector('main');
    if (main.dataset.running) setTimeout(follow, 700);
  }

  async function follow() {
    let next;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    } catch {
      setTimeout(follow, 3000);
      return;
    }
    const typing = document.activeElement && document.activeElement.tagName === 'INPUT';
    if (next && !typing && !getSelection().toString()) {
      const open = [...document.querySelectorAll('details')].map((each) => each.open);
      document.querySelector('main').replaceWith(next);
      document.querySelectorAll('details').forEach((each, at) => { each.open = open[at] ?? each.open; });
    }
    start();
  }

  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    const input = document.querySelector('input[type=search]');
    if (input && document.activeElement.tagName !== 'INPUT') {
      event.preventDefault();
      input.focus();
    }
  });
  start();
})();
