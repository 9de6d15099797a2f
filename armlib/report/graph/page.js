'use strict';
// Moving, enlarging, looking for names, and lighting up what a resource needs and what needs it.
(() => {
  const main = document.querySelector('main');
  const svg = main.querySelector('svg');
  const input = document.querySelector('input');
  const nodes = new Map([...svg.querySelectorAll('.node')].map((node) => [node.dataset.id, node]));
  const lines = [...svg.querySelectorAll('.line')];
  const whole = { x: 0, y: 0, width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) };
  let view = { ...whole };
  let chosen = null;

  function show() {
    svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`);
  }

  // The whole of a small graph is not made larger than it was drawn.
  function fit() {
    const box = main.getBoundingClientRect();
    const scale = Math.min(1, box.width / whole.width, box.height / whole.height);
    const width = box.width / scale;
    const height = box.height / scale;
    view = { x: (whole.width - width) / 2, y: (whole.height - height) / 2, width, height };
    show();
  }

  function reached(start, from, to) {
    const found = new Set([start]);
    for (const id of found) {
      for (const line of lines) if (line.dataset[from] === id) found.add(line.dataset[to]);
    }
    return found;
  }

  function light(ids, isLit) {
    svg.classList.toggle('some', ids !== null);
    nodes.forEach((node, id) => {
      node.classList.toggle('lit', ids !== null && ids.has(id));
      node.classList.toggle('chosen', id === chosen);
    });
    for (const line of lines) line.classList.toggle('lit', ids !== null && isLit(line));
  }

  function choose(id) {
    chosen = id;
    if (id === null) return light(null);
    const before = reached(id, 'to', 'from');
    const after = reached(id, 'from', 'to');
    const within = (ids) => (line) => ids.has(line.dataset.from) && ids.has(line.dataset.to);
    light(new Set([...before, ...after]), (line) => within(before)(line) || within(after)(line));
  }

  function find(text) {
    chosen = null;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return light(null);
    const names = (node) => node.querySelector('title').textContent.toLowerCase();
    light(
      new Set([...nodes].filter(([, node]) => words.every((word) => names(node).includes(word))).map(([id]) => id)),
      () => false,
    );
  }

  function zoom(factor, x, y) {
    const box = svg.getBoundingClientRect();
    const px = (x - box.left) / box.width;
    const py = (y - box.top) / box.height;
    const width = Math.min(Math.max(view.width * factor, 120), Math.max(whole.width, 1000) * 8);
    const height = view.height * (width / view.width);
    view = { x: view.x + (view.width - width) * px, y: view.y + (view.height - height) * py, width, height };
    show();
  }

  let drag = null;
  main.addEventListener('pointerdown', (event) => {
    drag = { x: event.clientX, y: event.clientY, view: { ...view }, moved: false, on: event.target.closest('.node') };
    main.setPointerCapture(event.pointerId);
  });
  main.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved = drag.moved || Math.hypot(x, y) > 4;
    if (!drag.moved) return;
    main.classList.add('dragging');
    view.x = drag.view.x - (x * view.width) / box.width;
    view.y = drag.view.y - (y * view.height) / box.height;
    show();
  });
  main.addEventListener('pointerup', () => {
    if (drag && !drag.moved) choose(drag.on && drag.on.dataset.id !== chosen ? drag.on.dataset.id : null);
    drag = null;
    main.classList.remove('dragging');
  });
  main.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY);
  }, { passive: false });

  input.addEventListener('input', () => find(input.value));
  document.querySelector('button').addEventListener('click', fit);
  document.addEventListener('keydown', (event) => {
    if (event.target === input) return;
    if (event.key === '/') {
      event.preventDefault();
      input.focus();
    } else if (event.key === 'Escape') {
      choose(null);
    } else if (event.key === 'Enter' && event.target.closest('.node')) {
      choose(event.target.closest('.node').dataset.id);
    }
  });
  nodes.forEach((node) => node.setAttribute('tabindex', '0'));
  addEventListener('resize', fit);
  fit();
})();
