// The pages of sessions: the tree, lists, growth, and one session.
import { html, useState, useEffect } from './standalone.module.js';
import { get, toast, tryAct, useFetch, count, bytes, secs, Session, Failed, label, Table, Json } from './base.js';
import { Timers, Operations } from './lists.js';
import { Machine } from './machine.js';

export const orders = { busy: 'busiest', events: 'most events', queued: 'most queued', timers: 'most timers', children: 'most children', newest: 'newest' };

export function Sessions() {
  const [view, setView] = useState('tree');
  return html`<div class="bar" role="tablist">${Object.entries({ tree: 'Tree', list: 'List', growth: 'Growth' }).map(([k, n]) =>
    html`<button role="tab" aria-selected=${view === k} class=${view === k ? 'primary' : ''} onClick=${() => setView(k)}>${n}</button>`)}</div>
    ${view === 'tree' ? html`<section><h2>Session tree <small>children are loaded a hundred at a time</small></h2><ul class="tree"><${Branch} of=${0} open /></ul></section>`
      : view === 'list' ? html`<${SessionList} />` : html`<${Growth} />`}`;
}

export function Branch({ of }) {
  const [list, set] = useState(null), [more, setMore] = useState(false), [error, setError] = useState('');
  const load = async after => {
    try {
      const p = await get(`sessions?of=${of}&after=${after}&limit=100`);
      set(l => after ? [...l, ...p.Sessions] : p.Sessions || []); setMore(p.More); setError('');
    } catch (e) { setError(e.message); }
  };
  useEffect(() => { load(0); }, [of]);
  if (error) return html`<li><${Failed} error=${error} /></li>`;
  if (!list) return html`<li class="dim">…</li>`;
  if (!list.length) return html`<li class="empty">No session.</li>`;
  return html`${list.map(s => html`<${Twig} key=${s.Number} s=${s} />`)}
    ${more && html`<li><button class="small" onClick=${() => load(list.at(-1).Number)}>more</button></li>`}`;
}

export function Twig({ s }) {
  const [open, setOpen] = useState(s.Depth < 2 && s.Children > 0 && s.Children <= 10);
  const why = [s.To && 'events ' + s.To, s.Timers && 'timers ' + s.Timers, s.Watchers && 'handles ' + s.Watchers, s.Children && 'children ' + s.Children, s.From && 'sent ' + s.From].filter(Boolean);
  return html`<li><div class="node">
    ${s.Children ? html`<button class="twist" aria-expanded=${open} aria-label=${'children of ' + s.Number} onClick=${() => setOpen(!open)}>${open ? '▾' : '▸'}</button>` : html`<span class="twist"></span>`}
    <${Session} n=${s.Number} name=${label(s)} /><code class="dim">${s.Type}</code>
    <span class="dim">${count(s.Events)} events · ${secs(s.Busy)} busy</span>
    ${why.length ? why.map(w => html`<span class="tag">${w}</span>`) : html`<span class="tag warn">${s.Refs ? s.Refs + (s.Refs === 1 ? ' reference' : ' references') : s.Aliases?.length ? 'alias only' : 'nothing'}</span>`}
  </div>${open && html`<ul><${Branch} of=${s.Number} /></ul>`}</li>`;
}

export const sessionHead = ['Session', 'Type', '#Events', '#Busy', '#Queued', '#Timers', '#Handles', '#Children', '#Refs'];
export const sessionRow = s => ({ key: s.Number, cells: [html`<${Session} n=${s.Number} name=${label(s)} />`, html`<code>${s.Type}</code>`, count(s.Events), secs(s.Busy), count(s.To), count(s.Timers), count(s.Watchers), count(s.Children), s.Refs] });

export function SessionList() {
  const [by, setBy] = useState('busy'), [find, setFind] = useState('');
  const top = useFetch(`top?by=${by}&find=${encodeURIComponent(find)}`, 3000);
  return html`<section><h2>Sessions <small>${top.value ? 'the first of ' + count(top.value.Total) : ''}</small></h2>
    <div class="bar"><label>Order <select value=${by} onChange=${e => setBy(e.target.value)}>${Object.entries(orders).map(([k, n]) => html`<option value=${k}>${n}</option>`)}</select></label>
    <label>Find <input placeholder="alias, type or number" value=${find} onInput=${e => setFind(e.target.value)} /></label></div>
    <${Failed} error=${top.error} /><${Table} head=${sessionHead} empty="No session." rows=${top.value?.Sessions?.map(sessionRow)} /></section>`;
}

let mark = null; // of growth; it outlives the page
export function Growth() {
  const now = useFetch('growth', 3000), [, redraw] = useState(0);
  const types = now.value || {};
  const rows = [...new Set([...Object.keys(types), ...Object.keys(mark?.types || {})])].map(t => ({ t, n: types[t] || 0, d: mark ? (types[t] || 0) - (mark.types[t] || 0) : 0 })).sort((a, b) => b.d - a.d || b.n - a.n);
  return html`<section><h2>Growth <small>${mark ? 'since ' + mark.at : 'set a mark, use the program, and see what is left'}</small></h2>
    <div class="bar"><button class="primary" onClick=${() => { mark = { types, at: new Date().toLocaleTimeString() }; redraw(n => n + 1); }}>Set mark</button></div><${Failed} error=${now.error} />
    <${Table} head=${['Type of session', '#Alive', '#Since the mark']} empty="No session." rows=${rows.map(r => ({ key: r.t, cells: [html`<code>${r.t}</code>`, count(r.n), mark ? html`<span class=${r.d > 0 ? 'warn' : r.d < 0 ? 'good' : 'dim'}>${r.d > 0 ? '+' : ''}${count(r.d)}</span>` : ''] }))} /></section>`;
}

export function OneSession({ n, live }) {
  const f = useFetch('session?n=' + n, 2000);
  if (!f.value) return html`<section><${Failed} error=${f.error} /><p class="empty">Session ${n} …</p></section>`;
  const s = f.value.Session, handled = Object.fromEntries((f.value.Events || []).map(e => [e.Event, e]));
  const names = [...new Set([...Object.keys(handled), ...(s.Handlers || [])])].sort();
  return html`<${Failed} error=${f.error && 'It has stopped, or cannot be read: ' + f.error} />
    <section><h2>Session ${s.Name} <code class="dim">${s.Type}</code></h2>
      <dl><dt>Parent</dt><dd><${Session} n=${s.Parent} /></dd><dt>Children</dt><dd>${s.Children}</dd><dt>Aliases</dt><dd>${s.Aliases?.join(', ') || html`<span class="dim">none</span>`}</dd>
      <dt>Handled</dt><dd>${count(s.Events)} events, busy for ${secs(s.Busy)}</dd><dt>Counted reasons to live</dt><dd>${s.Refs}</dd>${s.Created && html`<dt>Created</dt><dd><code>${s.Created}</code></dd>`}</dl></section>
    ${s.Role === 'machine' ? html`<${Machine} fields=${s.Fields} />` : s.Fields?.length > 0 && s.Fields.every(x => typeof x.Value !== 'object') && html`<section><${Fields} title=${'As a ' + s.Role} fields=${s.Fields} /></section>`}
    ${live.overview?.Actions && html`<${Actions} s=${s} reload=${f.reload} />`}
    <div class="grid2">
      <section><h2>What keeps it alive ${s.Truncated && html`<small>the first of many</small>`}</h2><${Table} head=${['Reason', 'What', 'Taken at']} empty="Nothing: it stops with the next sweep." rows=${s.Reasons?.map((r, i) => ({ key: i, cells: [html`<span class="tag">${r.Kind}</span>`, r.Name, html`<code>${r.Site}</code>`] }))} /></section>
      <section><h2>Heap</h2>${s.Heap === null ? html`<p class="empty">None: its handlers are closures, or it is not of package session.</p>` : html`<${Json} value=${s.Heap} />`}</section>
      <section><h2>Wheels and jobs</h2>${s.Owned?.length ? s.Owned.map(w => html`<${Fields} title=${w.Name} fields=${w.Fields} />`) : html`<p class="empty">None.</p>`}</section>
      <section><h2>Timers</h2><${Timers} list=${s.Timers} actions=${live.overview?.Actions} reload=${f.reload} /></section>
    </div>
    <section><h2>Handlers <small>numbers of all sessions of this type</small></h2><${Table} head=${['Event', '#Count', '#Panics', '#Waited p50', '#p99', '#Ran p50', '#p99', '#Longest']} empty="It has no handlers."
      rows=${names.map(e => { const x = handled[e]; return { key: e, cells: [html`${e} ${!s.Handlers?.includes(e) && html`<span class="dim">no handler</span>`}`, x ? count(x.Count) : '', x?.Threw || '', x?.Wait.count ? secs(x.Wait.p50) : '', x?.Wait.count ? secs(x.Wait.p99) : '', x ? secs(x.Run.p50) : '', x ? secs(x.Run.p99) : '', x ? secs(x.Run.max) : ''] }; })} /></section>`;
}

export const Fields = ({ title, fields }) => html`<div class="h"><b>${title}</b></div>${fields?.length ? html`<dl>${fields.map(f => html`<dt>${f.Name}</dt><dd class=${f.Name === 'not reading' || f.Name === 'high' ? 'warn' : ''}>${value(f)}</dd>`)}</dl>` : html`<p class="empty">It shows nothing of itself.</p>`}`;
export const value = f => ['pending', 'undecoded', 'read', 'written', 'held'].includes(f.Name) ? bytes(f.Value) : String(f.Value);

export function Actions({ s, reload }) {
  const [event, setEvent] = useState(''), [args, setArgs] = useState('[]'), [sure, setSure] = useState(false);
  const go = async Do => {
    let list;
    try { list = JSON.parse(args); if (!Array.isArray(list)) throw 0; } catch { toast('The arguments are not a list in JSON.', true); return; }
    tryAct({ Do, To: String(s.Number), Event: event, Args: list }, r => Do === 'call' ? 'It returned ' + JSON.stringify(r) : Do + ' ' + event);
  };
  return html`<section><h2>Actions</h2><div class="actions">
    <label>Event or signal<br /><input class="mono" list="handlers" value=${event} onInput=${e => setEvent(e.target.value)} /></label><datalist id="handlers">${s.Handlers?.map(h => html`<option value=${h} />`)}</datalist>
    <label>Arguments in JSON${s.ArgTypes?.[event] && html` <small class="dim" id="argtypes">${s.ArgTypes[event].join(', ')}</small>`}<br /><input class="mono" value=${args} onInput=${e => setArgs(e.target.value)} /></label>
    <span class="bar"><button disabled=${!event} onClick=${() => go('post')}>Post</button><button disabled=${!event} onClick=${() => go('call')}>Call</button><button disabled=${!event} onClick=${() => go('signal')}>Signal</button>
    <button title="the session logs each of its events" onClick=${async () => { await tryAct({ Do: s.Traced ? 'untrace' : 'trace', To: String(s.Number) }, () => s.Traced ? 'It does not log its events any more' : 'It logs its events'); reload(); }}>${s.Traced ? 'Log no events' : 'Log events'}</button> <${Operations} s=${s} reload=${reload} />
    <button class="danger" onClick=${() => { if (!sure) { setSure(true); setTimeout(() => setSure(false), 3000); return; } tryAct({ Do: 'stop', To: String(s.Number) }); }}>${sure ? 'Stop it, really' : 'Stop session'}</button></span></div></section>`;
}
