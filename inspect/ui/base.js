// What the pages share: asking the program, numbers as text, tables.
import { html, useState, useEffect } from './standalone.module.js';

// --- Talking to the program -------------------------------------------------

export async function get(path) {
  const r = await fetch('api/' + path);
  const v = await r.json().catch(() => ({ error: r.statusText }));
  if (!r.ok) throw new Error(v.error || r.statusText);
  return v;
}

export async function act(action) {
  const r = await fetch('api/action', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(action) });
  const v = await r.json().catch(() => ({ error: r.statusText }));
  if (!r.ok) throw new Error(v.error || r.statusText);
  return v.Result;
}

export let toast = () => {};
export const setToast = f => { toast = f; };
export const tryAct = async (action, done) => {
  try {
    const result = await act(action);
    toast(done ? done(result) : 'Done: ' + action.Do);
    return true;
  } catch (e) { toast(e.message, true); return false; }
};

// useFetch fetches a path now and every so many milliseconds, 0 for once.
export function useFetch(path, every = 2000) {
  const [state, set] = useState({});
  const [turn, again] = useState(0);
  useEffect(() => {
    let over = false, timer;
    const load = async () => {
      try { const value = await get(path); if (!over) set({ value }); }
      catch (e) { if (!over) set(s => ({ value: s.value, error: e.message })); }
      if (!over && every) timer = setTimeout(load, every);
    };
    load();
    return () => { over = true; clearTimeout(timer); };
  }, [path, every, turn]);
  return { ...state, reload: () => again(n => n + 1) };
}

// --- Numbers as text ----------------------------------------------------------

export const count = n => n === undefined ? '' : n < 1e6 ? Math.round(n).toLocaleString('en') : n < 1e9 ? (n / 1e6).toFixed(2) + ' M' : (n / 1e9).toFixed(2) + ' G';
export const bytes = n => n < 1024 ? n + ' B' : n < 1 << 20 ? (n / 1024).toFixed(1) + ' KiB' : n < 1 << 30 ? (n / (1 << 20)).toFixed(1) + ' MiB' : (n / (1 << 30)).toFixed(2) + ' GiB';
export const secs = s => {
  if (s === undefined || s === null) return '';
  const a = Math.abs(s);
  if (a === 0) return '0';
  if (a < 1e-6) return (s * 1e9).toFixed(0) + ' ns';
  if (a < 1e-3) return (s * 1e6).toFixed(a < 1e-5 ? 1 : 0) + ' µs';
  if (a < 1) return (s * 1e3).toFixed(a < 1e-2 ? 2 : 1) + ' ms';
  if (a < 120) return s.toFixed(a < 10 ? 2 : 1) + ' s';
  return a < 7200 ? (s / 60).toFixed(0) + ' min' : (s / 3600).toFixed(1) + ' h';
};
export const time = t => t && !t.startsWith('0001') ? t.slice(11, 23) : '';

export const Session = ({ n, name }) => n === 0 ? html`<span class="dim">kernel</span>` : html`<a href=${'#session/' + n}>${name || n}</a>`;
export const Event = ({ id, name }) => id && id !== '0' ? html`<a href=${'#tree/' + id} title="what caused it, and what it causes">${name}</a>` : html`<span>${name}</span>`;
export const Failed = ({ error }) => error ? html`<p class="bad" role="alert">${error}</p>` : null;
export const label = s => s.Aliases?.length ? `${s.Number} (${s.Aliases.join(', ')})` : String(s.Number);

export function Table({ head, rows, empty }) {
  if (!rows?.length) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll"><table><thead><tr>${head.map(h => html`<th class=${h[0] === '#' ? 'num' : ''} scope="col">${h.replace('#', '')}</th>`)}</tr></thead>
    <tbody>${rows.map(r => html`<tr key=${r.key} class=${r.here ? 'here' : null}>${r.cells.map((c, i) => html`<td class=${head[i][0] === '#' ? 'num' : 'wide'}>${c}</td>`)}</tr>`)}</tbody></table></div>`;
}

export function Json({ value }) {
  const parts = [];
  const show = (v, indent) => {
    if (v === null || v === undefined) parts.push(html`<span class="dim">null</span>`);
    else if (typeof v === 'string') parts.push(html`<span class="s">${JSON.stringify(v)}</span>`);
    else if (typeof v !== 'object') parts.push(html`<span class="n">${String(v)}</span>`);
    else {
      const list = Array.isArray(v), keys = Object.keys(v);
      if (!keys.length) { parts.push(list ? '[]' : '{}'); return; }
      parts.push(list ? '[\n' : '{\n');
      keys.forEach((k, i) => {
        parts.push('  '.repeat(indent + 1));
        if (!list) parts.push(html`<span class="k">${k}</span>`, ': ');
        show(v[k], indent + 1);
        parts.push(i < keys.length - 1 ? ',\n' : '\n');
      });
      parts.push('  '.repeat(indent) + (list ? ']' : '}'));
    }
  };
  show(value, 0);
  return html`<pre class="json" tabindex="0">${parts}</pre>`;
}

