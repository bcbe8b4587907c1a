/**
 * Makes the page live where scripts run: the countdown ticks, lines can be copied, and a section is exchanged when what
 * is stored has changed. A section in which a person types or stands is left alone until they have gone on.
 */
export const SCRIPT = `
(() => {
  const root = document.documentElement;
  const opened = performance.now();
  const now = () => Date.parse(root.dataset.now) + performance.now() - opened;
  const two = (n) => String(n).padStart(2, '0');
  const tick = () => {
    for (const el of document.querySelectorAll('[data-until]')) {
      const s = Math.max(0, Math.floor((Date.parse(el.dataset.until) - now()) / 1000));
      el.textContent = two(Math.floor(s / 3600)) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60);
    }
  };
  const copyButtons = () => {
    for (const pre of document.querySelectorAll('pre[data-copy]:not([data-ready])')) {
      pre.dataset.ready = '';
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.setAttribute('aria-label', 'Copy: ' + pre.dataset.copy);
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = 'Copied';
      });
      pre.after(button);
    }
  };
  const isBusy = (section) =>
    section.contains(document.activeElement) ||
    [...section.querySelectorAll('input')].some((input) => input.type !== 'hidden' && input.value !== input.defaultValue) ||
    [...section.querySelectorAll('select')].some((select) => select.selectedIndex > 0);
  const exchange = async () => {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    root.dataset.seen = next.documentElement.dataset.seen;
    for (const section of document.querySelectorAll('section[id]')) {
      const fresh = next.getElementById(section.id);
      if (isBusy(section)) continue;
      if (fresh === null) { section.remove(); continue; }
      for (const open of section.querySelectorAll('details[open][data-key]'))
        for (const same of fresh.querySelectorAll('details'))
          if (same.dataset.key === open.dataset.key) same.open = true;
      section.replaceWith(fresh);
    }
    const main = document.querySelector('main');
    for (const fresh of next.querySelectorAll('section[id]'))
      if (document.getElementById(fresh.id) === null) main.prepend(fresh);
    tick();
    copyButtons();
  };
  let source;
  const connect = () => {
    source?.close();
    source = new EventSource('/events?seen=' + encodeURIComponent(root.dataset.seen));
    source.addEventListener('change', () => { exchange(); });
    source.addEventListener('end', () => { source.close(); source = undefined; if (!document.hidden) setTimeout(connect, 1000); });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { source?.close(); source = undefined; }
    else if (source === undefined) { exchange(); connect(); }
  });
  copyButtons();
  setInterval(tick, 1000);
  if (root.dataset.live === 'yes') connect();
})();
`;
