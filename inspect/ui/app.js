// The frame of the inspector's pages: navigation, the live figures, keys.
import { html, render, useState, useEffect, useRef } from './standalone.module.js';
import { setToast, tryAct, count, secs } from './base.js';
import { Overview } from './overview.js';
import { Sessions, OneSession } from './sessions.js';
import { Queue, Handles, Servers } from './lists.js';
import { Trace, Tree, Problems } from './trace.js';
import { Debug, Controls } from './debug.js';
import { Nodes } from './nodes.js';
import { Latency } from './latency.js';
import { Recordings } from './recordings.js';

const pages = {
  overview: ['Overview', Overview], sessions: ['Sessions', Sessions], queue: ['Queue', Queue], handles: ['Handles', Handles], servers: ['Servers', Servers],
  trace: ['Trace', Trace], problems: ['Problems', Problems], debug: ['Debugger', Debug], latency: ['Latency', Latency], nodes: ['Nodes', Nodes], recordings: ['Recordings', Recordings],
};
// shown are the pages that there are: a file of recordings has no others.
const shown = o => Object.entries(pages).filter(([k]) => o?.Only ? k === o.Only : k !== 'recordings' || o?.Recordings);
const parts = () => { const [page, ...args] = location.hash.slice(1).split('/'); return { page: page || 'overview', arg: args[0], args }; };

function useLive() {
  const [live, set] = useState({ history: { rate: [], queue: [], timers: [] }, connected: true });
  useEffect(() => {
    let last;
    const es = new EventSource('api/live');
    es.onopen = () => set(l => ({ ...l, connected: true }));
    es.onerror = () => set(l => ({ ...l, connected: false }));
    es.addEventListener('pause', m => { const pause = JSON.parse(m.data); set(l => ({ ...l, pause })); });
    es.addEventListener('overview', m => {
      const overview = JSON.parse(m.data);
      const passed = last ? (new Date(overview.Time) - new Date(last.Time)) / 1000 : 0;
      const rate = passed > 0 ? (overview.Dispatched - last.Dispatched) / passed : null;
      last = overview;
      set(l => {
        if (overview.Only) return { ...l, overview, connected: true };
        const add = (list, v) => v === null ? list : [...list, v].slice(-120);
        const h = l.history;
        return { ...l, overview, connected: true, history: { rate: add(h.rate, rate), queue: add(h.queue, overview.Counts.Events), timers: add(h.timers, overview.Counts.Timers) } };
      });
    });
    return () => es.close();
  }, []);
  return live;
}

function App() {
  const live = useLive(), [where, setWhere] = useState(parts()), [note, setNote] = useState(null), main = useRef();
  setToast((text, bad) => { const n = { text, bad }; setNote(n); setTimeout(() => setNote(x => x === n ? null : x), 4000); });
  useEffect(() => {
    const moved = () => { setWhere(parts()); main.current?.focus({ preventScroll: true }); scrollTo(0, 0); };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const state = useRef(live); state.current = live;
  useEffect(() => {
    const key = e => {
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
      const page = e.key === '0' ? 'nodes' : shown(state.current.overview)[e.key - 1]?.[0], p = state.current.pause;
      if (page) location.hash = page;
      else if (e.key === 'p' && p && !p.Paused) tryAct({ Do: 'pause' }, () => 'Pausing');
      else if (p?.Paused && { c: 1, s: 1, n: 1 }[e.key]) tryAct({ Do: { c: 'resume', s: 'step', n: 'over' }[e.key] });
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  const o = live.overview;
  useEffect(() => document.querySelector('nav [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' }), [where.page, o === undefined]);
  useEffect(() => { if (o) document.title = (o.Paused ? '⏸ ' : '') + o.Kernel + ' · POE inspector'; }, [o?.Kernel, o?.Paused]);
  const page = where.page === 'session' ? html`<${OneSession} n=${where.arg} live=${live} key=${where.arg} />` : where.page === 'tree' ? html`<${Tree} id=${where.arg} key=${where.arg} />`
    : html`<${(pages[o?.Only || where.page] || pages.overview)[1]} live=${live} args=${where.args} />`;
  const current = o?.Only || { session: 'sessions', tree: 'trace' }[where.page] || where.page;
  return html`<header><h1><img src="icon.svg" alt="" /><span>${o ? o.Kernel : 'POE inspector'}</span></h1>
      <span class="dim">${o && !o.Only ? count(live.history.rate.at(-1) ?? 0) + ' events/s · up ' + secs(o.Uptime) : ''}</span><span class="spacer"></span>
      ${o && !o.Only && !o.Actions && html`<span class="tag" title="Config.Actions is not set">read-only</span>`}${live.pause && o?.Actions && html`<${Controls} p=${live.pause} ok=${true} />`}</header>
    <nav aria-label="Pages">${shown(o).map(([k, [name]], i) => html`<a href=${'#' + k} aria-current=${current === k ? 'page' : null}>${name}${i < 10 && html`<kbd>${(i + 1) % 10}</kbd>`}</a>`)}</nav>
    ${!live.connected && html`<div class="banner off" role="alert">The program does not answer: it has ended, or the inspector was closed.</div>`}
    ${o?.Dump && html`<div class="banner" role="status">A dump of ${new Date(o.Dump).toLocaleString()}${o.Why && html`: <b>${o.Why.split('\n')[0]}</b>`}</div>`}
    ${live.connected && o?.Stale && html`<div class="banner" role="alert">A handler has been running for a while: lists cannot be read, numbers are those of the last turn.</div>`}
    ${live.pause?.Paused && where.page !== 'debug' && html`<div class="banner" role="status">The kernel is paused${live.pause.At ? html` before <b>${live.pause.At.Event}</b>` : ' between two events'}. <a href="#debug">Debugger</a></div>`}
    <main ref=${main} tabindex="-1">${page}</main>${note && html`<div class=${'toast' + (note.bad ? ' bad' : '')} role="status">${note.text}</div>`}`;
}

const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
