// The inspector's pages: one component for each, and what they share.
import { html, render, useState, useEffect, useRef } from './standalone.module.js';

// --- Talking to the program -------------------------------------------------

async function get(path) {
  const r = await fetch('api/' + path);
  const v = await r.json().catch(() => ({ error: r.statusText }));
  if (!r.ok) throw new Error(v.error || r.statusText);
  return v;
}

async function act(action) {
  const r = await fetch('api/action', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(action) });
  const v = await r.json().catch(() => ({ error: r.statusText }));
  if (!r.ok) throw new Error(v.error || r.statusText);
  return v.Result;
}

let toast = () => {};
const tryAct = async (action, done) => {
  try {
    const result = await act(action);
    toast(done ? done(result) : 'Done: ' + action.Do);
    return true;
  } catch (e) { toast(e.message, true); return false; }
};

// useFetch fetches a path now and every so many milliseconds, 0 for once.
function useFetch(path, every = 2000) {
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

const count = n => n === undefined ? '' : n < 1e6 ? Math.round(n).toLocaleString('en') : n < 1e9 ? (n / 1e6).toFixed(2) + ' M' : (n / 1e9).toFixed(2) + ' G';
const bytes = n => n < 1024 ? n + ' B' : n < 1 << 20 ? (n / 1024).toFixed(1) + ' KiB' : n < 1 << 30 ? (n / (1 << 20)).toFixed(1) + ' MiB' : (n / (1 << 30)).toFixed(2) + ' GiB';
const secs = s => {
  if (s === undefined || s === null) return '';
  const a = Math.abs(s);
  if (a === 0) return '0';
  if (a < 1e-6) return (s * 1e9).toFixed(0) + ' ns';
  if (a < 1e-3) return (s * 1e6).toFixed(a < 1e-5 ? 1 : 0) + ' µs';
  if (a < 1) return (s * 1e3).toFixed(a < 1e-2 ? 2 : 1) + ' ms';
  if (a < 120) return s.toFixed(a < 10 ? 2 : 1) + ' s';
  return a < 7200 ? (s / 60).toFixed(0) + ' min' : (s / 3600).toFixed(1) + ' h';
};
const time = t => t && !t.startsWith('0001') ? t.slice(11, 23) : '';

const Session = ({ n, name }) => n === 0 ? html`<span class="dim">kernel</span>` : html`<a href=${'#session/' + n}>${name || n}</a>`;
const Event = ({ id, name }) => id && id !== '0' ? html`<a href=${'#tree/' + id} title="what caused it, and what it causes">${name}</a>` : html`<span>${name}</span>`;
const Failed = ({ error }) => error ? html`<p class="bad" role="alert">${error}</p>` : null;
const label = s => s.Aliases?.length ? `${s.Number} (${s.Aliases.join(', ')})` : String(s.Number);

function Table({ head, rows, empty }) {
  if (!rows?.length) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll"><table><thead><tr>${head.map(h => html`<th class=${h[0] === '#' ? 'num' : ''} scope="col">${h.replace('#', '')}</th>`)}</tr></thead>
    <tbody>${rows.map(r => html`<tr key=${r.key} class=${r.here ? 'here' : null}>${r.cells.map((c, i) => html`<td class=${head[i][0] === '#' ? 'num' : 'wide'}>${c}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Json({ value }) {
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

// Chart draws one or two series, newest on the right.
function Chart({ a, b, unit, label }) {
  const W = 300, H = 100, N = 120;
  const top = Math.max(...a, ...(b || []), 1e-9);
  const line = s => s.map((v, i) => `${(W * (N - s.length + i) / (N - 1)).toFixed(1)},${(H - 4 - (H - 12) * v / top).toFixed(1)}`).join(' ');
  const from = (W * (N - a.length) / (N - 1)).toFixed(1);
  return html`<div class="chartbox"><svg class="chart" viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <line class="axis" x1="0" x2=${W} y1=${H - 4} y2=${H - 4} /><line class="axis" x1="0" x2=${W} y1=${(H - 4) / 2} y2=${(H - 4) / 2} stroke-dasharray="3 4" />
    ${a.length > 1 && html`<polygon class="fill" points="${from},${H - 4} ${line(a)} ${W},${H - 4}" /><polyline class="a" points=${line(a)} />`}
    ${b && b.length > 1 && html`<polyline class="b" points=${line(b)} />`}
  </svg><span class="scale">${unit(top)}</span><span class="scale base">0</span></div>`;
}

// --- Pages ----------------------------------------------------------------------

function Overview({ live }) {
  const o = live.overview, h = live.history;
  const events = useFetch('events', 2000);
  if (!o) return html`<p class="empty">Waiting for the program …</p>`;
  const c = o.Counts;
  const card = (name, value, note, cls) => html`<div class="card" id=${'card-' + name.toLowerCase().replaceAll(' ', '-')}><span>${name}</span><b class=${cls || ''}>${value}</b><small>${note || ' '}</small></div>`;
  const busiest = [...(events.value || [])].sort((x, y) => y.Run.sum / (y.Run.count || 1) * y.Count - x.Run.sum / (x.Run.count || 1) * x.Count).slice(0, 15);
  const share = e => e.Run.count ? e.Run.sum / e.Run.count * e.Count : 0;
  const most = Math.max(...busiest.map(share), 1e-9);
  return html`
    <div class="cards">
      ${card('Events', count(h.rate.at(-1) ?? 0) + '/s', count(o.Dispatched) + ' handled')}
      ${card('Loop delay', secs(o.Turn.p99), 'p99; median ' + secs(o.Turn.p50))}
      ${card('Timers late', secs(o.Late.p99), 'p99 of ' + count(o.Late.count))}
      ${card('Sessions', count(c.Sessions), count(c.Handles) + ' handles')}
      ${card('Queue', count(c.Events), count(c.Timers) + ' timers')}
      ${card('Dead letters', count(c.DeadLetters), 'lost postbacks ' + count(c.LostPostbacks), c.DeadLetters ? 'warn' : '')}
      ${card('Panics', count(o.Threw), 'in handlers', o.Threw ? 'bad' : '')}
      ${card('Memory', bytes(o.Memory.Heap), count(o.GC.Runs) + ' GC, ' + secs(o.GC.Pause))}
      ${card('Offload', count(c.OffloadRunning), count(c.OffloadWaiting) + ' waiting')}
      ${card('Goroutines', count(o.Goroutines), 'of the program')}
    </div>
    <div class="grid2">
      <section><h2>Events per second <small>last two minutes</small></h2><${Chart} a=${h.rate} unit=${v => count(v) + '/s'} label="events per second" /></section>
      <section><h2>Queue and timers <span class="legend"><span><i></i>queue</span><span><i class="b"></i>timers</span></span></h2><${Chart} a=${h.queue} b=${h.timers} unit=${count} label="queued events and timers" /></section>
    </div>
    <section><h2>Busiest handlers <small>${o.Sample === 1 ? 'every event is timed' : 'one event in ' + o.Sample + ' is timed'}</small></h2>
      <${Table} head=${['Kind of session', 'Event', '#Count', '#Panics', '#Waited p50', '#p99', '#Ran p50', '#p99', '#Longest', '#Share']} empty="No event has been handled yet."
        rows=${busiest.map(e => ({ key: e.Kind + e.Event, cells: [html`<code>${e.Kind}</code>`, e.Event, count(e.Count), e.Threw ? html`<span class="bad">${e.Threw}</span>` : '',
          e.Wait.count ? secs(e.Wait.p50) : '', e.Wait.count ? secs(e.Wait.p99) : '', secs(e.Run.p50), secs(e.Run.p99), secs(e.Run.max),
          html`<span class="meterbox"><span class="meter" style=${{ width: Math.round(70 * share(e) / most) + 'px' }}></span></span>`] }))} />
    </section>`;
}

const orders = { busy: 'busiest', events: 'most events', queued: 'most queued', timers: 'most timers', children: 'most children', newest: 'newest' };

function Sessions() {
  const [view, setView] = useState('tree');
  return html`<div class="bar" role="tablist">${Object.entries({ tree: 'Tree', list: 'List', growth: 'Growth' }).map(([k, n]) =>
    html`<button role="tab" aria-selected=${view === k} class=${view === k ? 'primary' : ''} onClick=${() => setView(k)}>${n}</button>`)}</div>
    ${view === 'tree' ? html`<section><h2>Session tree <small>children are loaded a hundred at a time</small></h2><ul class="tree"><${Branch} of=${0} open /></ul></section>`
      : view === 'list' ? html`<${SessionList} />` : html`<${Growth} />`}`;
}

function Branch({ of }) {
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

function Twig({ s }) {
  const [open, setOpen] = useState(s.Depth < 2 && s.Children > 0 && s.Children <= 10);
  const why = [s.To && 'events ' + s.To, s.Timers && 'timers ' + s.Timers, s.Watchers && 'handles ' + s.Watchers, s.Children && 'children ' + s.Children, s.From && 'sent ' + s.From].filter(Boolean);
  return html`<li><div class="node">
    ${s.Children ? html`<button class="twist" aria-expanded=${open} aria-label=${'children of ' + s.Number} onClick=${() => setOpen(!open)}>${open ? '▾' : '▸'}</button>` : html`<span class="twist"></span>`}
    <${Session} n=${s.Number} name=${label(s)} /><code class="dim">${s.Type}</code>
    <span class="dim">${count(s.Events)} events · ${secs(s.Busy)} busy</span>
    ${why.length ? why.map(w => html`<span class="tag">${w}</span>`) : html`<span class="tag warn">${s.Refs ? s.Refs + (s.Refs === 1 ? ' reference' : ' references') : s.Aliases?.length ? 'alias only' : 'nothing'}</span>`}
  </div>${open && html`<ul><${Branch} of=${s.Number} /></ul>`}</li>`;
}

const sessionHead = ['Session', 'Type', '#Events', '#Busy', '#Queued', '#Timers', '#Handles', '#Children', '#Refs'];
const sessionRow = s => ({ key: s.Number, cells: [html`<${Session} n=${s.Number} name=${label(s)} />`, html`<code>${s.Type}</code>`, count(s.Events), secs(s.Busy), count(s.To), count(s.Timers), count(s.Watchers), count(s.Children), s.Refs] });

function SessionList() {
  const [by, setBy] = useState('busy'), [find, setFind] = useState('');
  const top = useFetch(`top?by=${by}&find=${encodeURIComponent(find)}`, 3000);
  return html`<section><h2>Sessions <small>${top.value ? 'the first of ' + count(top.value.Total) : ''}</small></h2>
    <div class="bar"><label>Order <select value=${by} onChange=${e => setBy(e.target.value)}>${Object.entries(orders).map(([k, n]) => html`<option value=${k}>${n}</option>`)}</select></label>
    <label>Find <input placeholder="alias, type or number" value=${find} onInput=${e => setFind(e.target.value)} /></label></div>
    <${Failed} error=${top.error} /><${Table} head=${sessionHead} empty="No session." rows=${top.value?.Sessions?.map(sessionRow)} /></section>`;
}

let mark = null; // of growth; it outlives the page
function Growth() {
  const now = useFetch('growth', 3000), [, redraw] = useState(0);
  const types = now.value || {};
  const rows = [...new Set([...Object.keys(types), ...Object.keys(mark?.types || {})])].map(t => ({ t, n: types[t] || 0, d: mark ? (types[t] || 0) - (mark.types[t] || 0) : 0 })).sort((a, b) => b.d - a.d || b.n - a.n);
  return html`<section><h2>Growth <small>${mark ? 'since ' + mark.at : 'set a mark, use the program, and see what is left'}</small></h2>
    <div class="bar"><button class="primary" onClick=${() => { mark = { types, at: new Date().toLocaleTimeString() }; redraw(n => n + 1); }}>Set mark</button></div><${Failed} error=${now.error} />
    <${Table} head=${['Type of session', '#Alive', '#Since the mark']} empty="No session." rows=${rows.map(r => ({ key: r.t, cells: [html`<code>${r.t}</code>`, count(r.n), mark ? html`<span class=${r.d > 0 ? 'warn' : r.d < 0 ? 'good' : 'dim'}>${r.d > 0 ? '+' : ''}${count(r.d)}</span>` : ''] }))} /></section>`;
}

function OneSession({ n, live }) {
  const f = useFetch('session?n=' + n, 2000);
  if (!f.value) return html`<section><${Failed} error=${f.error} /><p class="empty">Session ${n} …</p></section>`;
  const s = f.value.Session, handled = Object.fromEntries((f.value.Events || []).map(e => [e.Event, e]));
  const names = [...new Set([...Object.keys(handled), ...(s.Handlers || [])])].sort();
  return html`<${Failed} error=${f.error && 'It has stopped, or cannot be read: ' + f.error} />
    <section><h2>Session ${s.Name} <code class="dim">${s.Type}</code></h2>
      <dl><dt>Parent</dt><dd><${Session} n=${s.Parent} /></dd><dt>Children</dt><dd>${s.Children}</dd><dt>Aliases</dt><dd>${s.Aliases?.join(', ') || html`<span class="dim">none</span>`}</dd>
      <dt>Handled</dt><dd>${count(s.Events)} events, busy for ${secs(s.Busy)}</dd><dt>Counted reasons to live</dt><dd>${s.Refs}</dd>${s.Created && html`<dt>Created</dt><dd><code>${s.Created}</code></dd>`}</dl></section>
    ${live.overview?.Actions && html`<${Actions} s=${s} />`}
    <div class="grid2">
      <section><h2>What keeps it alive ${s.Truncated && html`<small>the first of many</small>`}</h2><${Table} head=${['Reason', 'What', 'Taken at']} empty="Nothing: it stops with the next sweep." rows=${s.Reasons?.map((r, i) => ({ key: i, cells: [html`<span class="tag">${r.Kind}</span>`, r.Name, html`<code>${r.Site}</code>`] }))} /></section>
      <section><h2>Heap</h2>${s.Heap === null ? html`<p class="empty">None: its handlers are closures, or it is not of package session.</p>` : html`<${Json} value=${s.Heap} />`}</section>
      <section><h2>Wheels and jobs</h2>${s.Owned?.length ? s.Owned.map(w => html`<${Fields} title=${w.Name} fields=${w.Fields} />`) : html`<p class="empty">None.</p>`}</section>
      <section><h2>Timers</h2><${Timers} list=${s.Timers} actions=${live.overview?.Actions} reload=${f.reload} /></section>
    </div>
    <section><h2>Handlers <small>numbers of all sessions of this type</small></h2><${Table} head=${['Event', '#Count', '#Panics', '#Waited p50', '#p99', '#Ran p50', '#p99', '#Longest']} empty="It has no handlers."
      rows=${names.map(e => { const x = handled[e]; return { key: e, cells: [html`${e} ${!s.Handlers?.includes(e) && html`<span class="dim">no handler</span>`}`, x ? count(x.Count) : '', x?.Threw || '', x?.Wait.count ? secs(x.Wait.p50) : '', x?.Wait.count ? secs(x.Wait.p99) : '', x ? secs(x.Run.p50) : '', x ? secs(x.Run.p99) : '', x ? secs(x.Run.max) : ''] }; })} /></section>`;
}

const Fields = ({ title, fields }) => html`<div class="h"><b>${title}</b></div>${fields?.length ? html`<dl>${fields.map(f => html`<dt>${f.Name}</dt><dd class=${f.Name === 'not reading' || f.Name === 'high' ? 'warn' : ''}>${value(f)}</dd>`)}</dl>` : html`<p class="empty">It shows nothing of itself.</p>`}`;
const value = f => ['pending', 'undecoded', 'read', 'written', 'held'].includes(f.Name) ? bytes(f.Value) : String(f.Value);

function Actions({ s }) {
  const [event, setEvent] = useState(''), [args, setArgs] = useState('[]'), [sure, setSure] = useState(false);
  const go = async Do => {
    let list;
    try { list = JSON.parse(args); if (!Array.isArray(list)) throw 0; } catch { toast('The arguments are not a list in JSON.', true); return; }
    tryAct({ Do, To: String(s.Number), Event: event, Args: list }, r => Do === 'call' ? 'It returned ' + JSON.stringify(r) : Do + ' ' + event);
  };
  return html`<section><h2>Actions</h2><div class="actions">
    <label>Event or signal<br /><input class="mono" list="handlers" value=${event} onInput=${e => setEvent(e.target.value)} /></label><datalist id="handlers">${s.Handlers?.map(h => html`<option value=${h} />`)}</datalist>
    <label>Arguments in JSON<br /><input class="mono" value=${args} onInput=${e => setArgs(e.target.value)} /></label>
    <span class="bar"><button disabled=${!event} onClick=${() => go('post')}>Post</button><button disabled=${!event} onClick=${() => go('call')}>Call</button><button disabled=${!event} onClick=${() => go('signal')}>Signal</button>
    <button class="danger" onClick=${() => { if (!sure) { setSure(true); setTimeout(() => setSure(false), 3000); return; } tryAct({ Do: 'stop', To: String(s.Number) }); }}>${sure ? 'Stop it, really' : 'Stop session'}</button></span></div></section>`;
}

const Timers = ({ list, actions, reload }) => html`<${Table} head=${['Due', 'Event', 'Session', 'Set by', 'Arguments', '']} empty="No timer is pending."
  rows=${list?.map(t => ({ key: t.Timer, cells: [t.Age < 0 ? 'in ' + secs(-t.Age) : html`<span class="warn">late ${secs(t.Age)}</span>`, html`<${Event} id=${t.Cause} name=${t.Event} />`, html`<${Session} n=${t.To} />`, html`<span title=${t.Site}>${t.Caller}</span>`, html`<code>${t.Args}</code>`,
    actions && html`<button class="small" onClick=${async () => { await tryAct({ Do: 'fire', Timer: t.Timer }); reload(); }}>Fire</button> <button class="small danger" onClick=${async () => { await tryAct({ Do: 'cancel', Timer: t.Timer }); reload(); }}>Cancel</button>`] }))} />`;

function Queue({ live }) {
  const [skip, setSkip] = useState(0);
  const q = useFetch(`queue?skip=${skip}&limit=100`, 1000), t = useFetch('timers?limit=100', 1000);
  return html`<section><h2>Queue <small>${q.value ? count(q.value.Total) + ' events, in order' : ''}</small></h2><${Failed} error=${q.error} />
    <${Table} head=${['Event', 'Kind', 'From', 'To', 'Sent by', '#Waited', 'Arguments', 'Where']} empty="Nothing waits at this moment: the queue of a program that keeps up is nearly always empty. Pause it to see what is queued."
      rows=${q.value?.Queue?.map((x, i) => ({ key: i, cells: [html`<${Event} id=${x.Cause} name=${x.Event || '(look)'} />`, html`<span class="tag">${x.Kind}</span>`, html`<${Session} n=${x.From} />`, html`<${Session} n=${x.To} />`, x.Caller, secs(x.Age), html`<code>${x.Args}</code>`, html`<code>${x.Site}</code>`] }))} />
    ${q.value?.Total > 100 && html`<div class="bar"><button disabled=${!skip} onClick=${() => setSkip(Math.max(0, skip - 100))}>earlier</button><button disabled=${skip + 100 >= q.value.Total} onClick=${() => setSkip(skip + 100)}>later</button></div>`}</section>
    <section><h2>Timers <small>${t.value ? 'the first of ' + count(t.value.Total) : ''}</small></h2><${Failed} error=${t.error} /><${Timers} list=${t.value?.Timers} actions=${live.overview?.Actions} reload=${t.reload} /></section>`;
}

function Handles() {
  const [from, setFrom] = useState([0]);
  const h = useFetch(`handles?from=${from.at(-1)}&limit=200`, 2000);
  const watch = w => html`<div><span class="tag ${w.Paused ? 'warn' : ''}">${w.Mode}${w.Paused ? ' idle' : ''}</span> <${Session} n=${w.Session} /> ${w.Event}</div>`;
  const wheel = ws => {
    const f = Object.fromEntries((ws.find(w => w.Wheel)?.Wheel || []).map(x => [x.Name, x]));
    if (!f.wheel) return '';
    return html`${f.filter?.Value} · in ${bytes(f.undecoded?.Value ?? 0)} · out ${bytes(f.pending?.Value ?? 0)}${f['not reading'] && html` · <span class="warn">${f['not reading'].Value}</span>`}${f.high && html` · <span class="warn">over the high mark</span>`}`;
  };
  return html`<section><h2>Handles and wheels <small>${h.value ? count(h.value.Total) + ' watched' : ''}</small></h2><${Failed} error=${h.error} />
    <${Table} head=${['Handle', '#Descriptor', 'Watched by', 'Wheel: filter, buffered']} empty="No handle is watched." rows=${h.value?.Handles?.map(x => ({ key: x.Slot, cells: [x.Name, x.FD < 0 ? '' : x.FD, x.Watchers?.map(watch), html`<code>${wheel(x.Watchers || [])}</code>`] }))} />
    <div class="bar">${from.length > 1 && html`<button onClick=${() => setFrom(from.slice(0, -1))}>back</button>`}${h.value?.Next > 0 && html`<button onClick=${() => setFrom([...from, h.value.Next])}>more</button>`}</div></section>`;
}

function Servers() {
  const s = useFetch('servers', 3000);
  const fields = x => Object.fromEntries((x.Fields || []).map(f => [f.Name, f.Value]));
  return html`<${Failed} error=${s.error} /><section><h2>Servers</h2><${Table} head=${['Session', 'Address', '#Open', '#Accepted', '#Refused', '#Errors', '#Bytes held', '#Limit']} empty="No server: a component/servertcp shows here."
      rows=${s.value?.Servers?.map(x => { const f = fields(x); return { key: x.Number, cells: [html`<${Session} n=${x.Number} name=${label(x)} />`, f.address || f.state, count(f.open), count(f.accepted), count(f.refused), count(f.errors), bytes(f.held ?? 0), f.concurrency < 0 ? 'none' : f.concurrency] }; })} /></section>
    <section><h2>Connections <small>${s.value ? 'the first of ' + count(s.value.Total) : ''}</small></h2><${Table} head=${['Session', 'Peer', 'Server', '#Read', '#Written', '#Waiting in', '#Waiting out', 'State']} empty="No connection is open."
      rows=${s.value?.Connections?.map(x => { const f = fields(x); return { key: x.Number, cells: [html`<${Session} n=${x.Number} />`, f.peer, html`<${Session} n=${f.server} />`, bytes(f.read ?? 0), bytes(f.written ?? 0), bytes(f.undecoded ?? 0), bytes(f.pending ?? 0), html`<span class="warn">${[f.state, f['not reading'], f.high && 'over the high mark'].filter(Boolean).join(', ')}</span>`] }; })} /></section>`;
}

const traceHead = ['Time', 'Event', 'Kind', 'Session', 'Type', 'From', '#Waited', '#Ran', 'Arguments'];
const traceRow = x => ({ key: x.ID, cells: [html`<code>${time(x.Time)}</code>`, html`<span style=${{ paddingLeft: (x.Depth - 1) * 12 + 'px' }}><${Event} id=${x.ID} name=${x.Event} /></span>`, html`<span class=${'tag' + (x.Threw ? ' bad' : '')}>${x.Threw ? 'panic' : x.Kind}</span>`,
  html`<${Session} n=${x.Session} />`, html`<code>${x.Type}</code>`, html`<${Session} n=${x.Sender} />`, x.Sampled && x.Waited ? secs(x.Waited) : '', x.Ran < 0 ? html`<span class="warn">running</span>` : x.Sampled ? secs(x.Ran) : '', html`<code>${x.Args}</code>`] });

function Trace({ live }) {
  const [filter, setFilter] = useState({ args: '1' }), [on, setOn] = useState(!live.overview?.Dump), [list, setList] = useState([]), [dropped, setDropped] = useState(0);
  const query = new URLSearchParams(Object.entries(filter).filter(([, v]) => v)).toString();
  useEffect(() => {
    setList([]); setDropped(0);
    if (!on) { get('recent?limit=500&' + query).then(l => setList([...(l || [])].reverse())).catch(e => toast(e.message, true)); return; }
    const es = new EventSource('api/trace?' + query);
    es.addEventListener('events', m => {
      const b = JSON.parse(m.data);
      if (b.Events?.length) setList(l => [...b.Events.reverse(), ...l].slice(0, 500));
      if (b.Dropped) setDropped(d => d + b.Dropped);
    });
    return () => es.close();
  }, [query, on]);
  const field = (name, hint, size) => html`<label>${hint} <input value=${filter[name] || ''} style=${{ width: size }} onChange=${e => setFilter({ ...filter, [name]: e.target.value.trim() })} /></label>`;
  return html`<section><h2>Trace <small>${on ? 'live, newest first' : 'what is kept'}; filtered in the program</small> ${dropped > 0 && html`<span class="tag warn" id="dropped">${count(dropped)} dropped</span>`}</h2>
    <div class="bar">${!live.overview?.Dump && html`<button class=${on ? '' : 'primary'} onClick=${() => setOn(!on)}>${on ? 'Freeze' : 'Go live'}</button>`}
      <a href="api/perfetto" download="poe-trace.json" title="what is kept, with arrows from causes to effects: open it in ui.perfetto.dev or about:tracing">For Perfetto</a>
      ${field('event', 'Event', '8rem')}${field('session', 'Session', '4.5rem')}${field('type', 'Type', '7rem')}${field('arg', 'Argument', '7rem')}${field('min', 'At least (s)', '4.5rem')}
      <label>Kind <select onChange=${e => setFilter({ ...filter, kind: e.target.value })}>${['', 'post', 'timer', 'call', 'start', 'stop', 'notice', 'ready', 'signal', 'exception', 'child', 'letter', 'func', 'remote'].map(k => html`<option value=${k}>${k || 'all'}</option>`)}</select></label>
      <label><input type="checkbox" checked=${filter.args === '1'} onChange=${e => setFilter({ ...filter, args: e.target.checked ? '1' : '' })} /> arguments</label></div>
    <${Table} head=${traceHead} empty="No event yet that the filter lets through." rows=${list.map(traceRow)} /></section>`;
}

function Tree({ id }) {
  const t = useFetch('tree?id=' + id, 0);
  const node = x => html`<li key=${x.ID}><div class=${'node' + (x.ID === id ? ' here' : '')}>
      ${x.Lost && html`<span class="tag warn" title="the event that caused it is not kept any more">…</span>`}
      <a href=${'#tree/' + x.ID}>${x.Event}</a><span class=${'tag' + (x.Threw ? ' bad' : '')}>${x.Threw ? 'panic' : x.Kind}</span>
      <span class="dim">session <${Session} n=${x.Session} /> <code>${x.Type}</code></span>
      <span class="dim">${x.Waited ? 'waited ' + secs(x.Waited) + ', ' : ''}${x.Ran >= 0 && x.Sampled ? 'ran ' + secs(x.Ran) : x.Ran < 0 ? 'running' : ''}</span>${x.Args && html`<code>${x.Args}</code>`}</div>
    ${x.Effects && html`<ul>${x.Effects.map(node)}</ul>`}</li>`;
  return html`<section><h2>Causes and effects <small>all that is kept of the trace of event ${id}; indented under an event is what it caused</small> <button class="small" onClick=${t.reload}>Reload</button></h2>
    <${Failed} error=${t.error} />${t.value && html`<ul class="tree">${t.value.Roots.map(node)}</ul>`}${t.value?.More && html`<p class="warn">There are more than 1000 events in this trace.</p>`}</section>`;
}

function Problems() {
  const p = useFetch('problems', 2000);
  return html`<${Failed} error=${p.error} />
    <section><h2>Errors <small>handlers that ended with a panic, by place</small></h2>
      ${p.value?.Failures?.length ? p.value.Failures.map(f => html`<div class="h"><span class="tag bad">${count(f.Count)}×</span><b>${f.Event}</b><code>${f.Kind}</code><span class="dim">last ${time(f.Last)} in session ${f.Session}</span></div>
        <div class="bad mono">${f.Text}</div><details><summary class="dim">${f.Where}</summary><pre class="stack" tabindex="0">${f.Stack}</pre></details><br />`) : html`<p class="empty">No handler has failed.</p>`}</section>
    <section><h2>Dead letters <small>${p.value ? count(p.value.DeadTotal) + ' events that reached no handler' : ''}</small></h2>
      <${Table} head=${['#Count', 'Event', 'To', 'Last from', 'Why', 'Last']} empty="Every event has reached a handler." rows=${p.value?.Dead?.map(d => ({ key: d.To + d.Event, cells: [count(d.Count), d.Event, d.To, d.From, d.Err || (d.Unhandled ? 'the session has no handler' : 'the session is gone'), time(d.Last)] }))} /></section>`;
}

function Debug({ live }) {
  const p = live.pause, ok = live.overview?.Actions;
  const [b, setB] = useState({ Session: '', Event: '', Arg: '' });
  const [value, setValue] = useState({});
  if (!p) return html`<section><p class="empty">${live.overview?.Dump ? 'A dump cannot be paused.' : 'Waiting for the program …'}</p></section>`;
  const at = p.At, field = (k, hint) => html`<label>${hint} <input class="mono" value=${b[k]} onInput=${e => setB({ ...b, [k]: e.target.value })} /></label>`;
  return html`<section><h2>${p.Paused ? 'Paused' : p.Pending ? 'Pausing before the next event …' : 'Running'} <small>${p.Paused ? p.Why + ', since ' + time(p.Since) : 'timers and peers wait while the kernel is paused'}</small></h2>
      <${Controls} p=${p} ok=${ok} />
      ${!ok && html`<p class="warn">This inspector only shows: set Config.Actions, or POE_INSPECT_ACTIONS=1, to pause.</p>`}
      ${p.Paused && (at ? html`<p class="paused-at" id="paused-at">before <b>${at.Event}</b> <span class="tag">${at.Kind}</span> of session <${Session} n=${at.Session} /> <code class="dim">${at.Type}</code></p>
        <p class="dim">sent by <${Session} n=${at.Sender} />, caused by <${Event} id=${at.Cause} name=${at.Cause === '0' ? 'nothing in the program' : at.Cause} />${p.Stack?.length ? ', called by ' + p.Stack.map(s => s.Event).join(' → ') : ''}</p>`
        : html`<p class="paused-at" id="paused-at">between two events: nothing was to be done</p>`)}</section>
    ${p.Paused && at && html`<div class="grid2"><section><h2>Arguments</h2><${Json} value=${p.Args} /></section><section><h2>Heap of session ${at.Session}</h2><${Json} value=${p.Heap} /></section></div>`}
    <section><h2>Breakpoints <small>before events that agree with all that is given</small></h2>
      <div class="bar">${field('Event', 'Event (name or begin*)')}${field('Session', 'Session (number, alias, type)')}${field('Arg', 'Argument contains')}
        <button class="primary" disabled=${!ok} onClick=${async () => { if (await tryAct({ Do: 'break', Break: b }, id => 'Breakpoint ' + id)) setB({ Session: '', Event: '', Arg: '' }); }}>Add</button></div>
      <${Table} head=${['#No.', 'Event', 'Session', 'Argument', '#Hits', '']} empty="None." rows=${p.Breaks?.map(x => ({ key: x.ID, cells: [x.ID, x.Event || html`<span class="dim">any</span>`, x.Session || html`<span class="dim">any</span>`, x.Arg || html`<span class="dim">any</span>`, x.Hits, html`<button class="small danger" onClick=${() => tryAct({ Do: 'unbreak', BreakID: x.ID })}>Remove</button>`] }))} />
      <p class="dim">If nothing is heard of this page for ${p.Lease} s, the pause ends and the breakpoints are removed.</p></section>`;
}

const Controls = ({ p, ok }) => html`<div class="bar">
  ${p.Paused ? html`<button class="primary" disabled=${!ok} onClick=${() => tryAct({ Do: 'resume' }, () => 'Resumed')} title="c">Resume</button>
    <button disabled=${!ok} onClick=${() => tryAct({ Do: 'step' }, () => 'One event')} title="s">Step</button>
    <button disabled=${!ok || !p.At} onClick=${() => tryAct({ Do: 'over' }, () => 'One event with its calls')} title="n">Step over calls</button>`
    : html`<button disabled=${!ok || p.Pending} onClick=${() => tryAct({ Do: 'pause' }, () => 'Pausing')} title="p">Pause</button>`}</div>`;

// --- Nodes ------------------------------------------------------------------------

const fieldsOf = list => Object.fromEntries((list || []).map(f => [f.Name, f.Value]));
const apart = (skew, trip) => (skew < 0 ? '−' : '+') + secs(Math.abs(skew)) + ' ± ' + secs(trip / 2);
const Meter = ({ part, label }) => html`<span class="meterbox" title=${label}><span class=${'meter' + (part > .75 ? ' full' : '')} style=${{ width: Math.round(70 * Math.min(1, part)) + 'px' }}></span></span>`;

function Nodes() {
  const n = useFetch('nodes', 2000);
  const none = n.value && !n.value.Nodes.length && !n.value.Clusters.length;
  return html`<${Failed} error=${n.error} />${none && html`<section><h2>Nodes</h2><p class="empty">The kernel is no node: package node links it to others, package node/cluster gives names to all of them.</p></section>`}
    ${n.value?.Nodes.map(x => { const f = fieldsOf(x.Fields); return html`<section key=${x.Number} class="node-page"><h2>Node ${f.name} <small>${f.address}${f.tls ? ', TLS' : ''} · session <${Session} n=${x.Number} /> · ${count(f['calls pending'])} calls pending</small></h2>
      <${Table} head=${['Other node', 'Link', '#Heard', '#Window', '', '#Bytes on their way', '#Sent', '#Received', '#Epoch', '#Round trip', '#Clock']} empty="No other node is known."
        rows=${f.links.map(l => { const k = fieldsOf(l); return { key: k.node, cells: [html`<b>${k.node}</b> <span class="dim">${k.address}</span>`,
          html`<span class=${'tag' + ({ up: ' good', down: ' bad', trying: ' warn' }[k.state] || '')}>${k.state}</span> <span class="dim">${k.since > 0 ? secs(k.since) : ''}</span>${k.waits ? html` <span class="warn">waits for this kernel</span>` : ''}`,
          k.heard > 0 ? secs(k.heard) + ' ago' : '', count(k.window) + ' of ' + count(k['window limit']), html`<${Meter} part=${Math.max(k.window / k['window limit'], k['window bytes'] / k['window bytes limit'])} label="how full the window is" />`,
          bytes(k['window bytes']), count(k.sent), count(k.received), k.epoch, k['round trip'] ? secs(k['round trip']) : '', k['round trip'] ? apart(k.skew, k['round trip']) : ''] }; })} />
      ${f.exposed && html`<details><summary class="dim">What other nodes may reach</summary><pre class="json">${f.exposed}</pre></details>`}</section>`; })}
    ${n.value?.Clusters.map(x => { const f = fieldsOf(x.Fields), members = f.members.map(fieldsOf), away = members.filter(m => !m.member); return html`<section key=${x.Number} class="cluster-page"><h2>Cluster ${f.name} <small>as node ${f.node} sees it · session <${Session} n=${x.Number} /></small></h2>
      ${away.length > 0 && html`<p class="warn">This node does not see ${away.map(m => m.node).join(', ')}: if they run, the cluster is split, and each part may claim the same aliases.</p>`}
      <${Ring} members=${members} self=${f.node} />
      <${Table} head=${['Member', 'Link', '#Entries known', '#Not confirmed', '#Claims it reports']} empty="No member."
        rows=${members.map(m => ({ key: m.node, cells: [html`<b>${m.node}</b> <span class="dim">${m.address}</span>`, html`<span class=${'tag' + (m.member ? ' good' : ' bad')}>${m.member ? m.link : m.link === 'up' ? 'joining' : m.link}</span>`, count(m.entries), count(m.behind), count(m.rulings)] }))} />
      <h2 class="h">Aliases <small class="dim">${count(f['alias count'])} known, ${count(f['claimed here'])} claimed here, ${count(f['virtual sessions here'])} virtual sessions here</small></h2>
      <${Table} head=${['Alias', 'Owner', '#Epoch', '#Claims', '#Watchers here']} empty="No alias has been claimed."
        rows=${f.aliases.map(fieldsOf).map(a => ({ key: a.alias, cells: [html`<b>${a.alias}</b>`, a.owner ? html`${a.owner}${a.here ? html` <span class="tag">here</span>` : ''}` : html`<span class="warn">none</span>`, a.epoch, a.claims > 1 ? html`<span class="warn">${a.claims}</span>` : a.claims, a.watchers] }))} /></section>`; })}`;
}

// Ring draws the members of a cluster around this node, with the links that it has.
function Ring({ members, self }) {
  const others = members.filter(m => m.node !== self).slice(0, 24);
  if (!others.length) return null;
  const W = 640, H = 230, at = i => { const a = 2 * Math.PI * i / others.length; return [W / 2 + 230 * Math.cos(a), H / 2 + 80 * Math.sin(a)]; };
  const dot = (x, y, name, cls) => html`<g class=${cls}><circle cx=${x} cy=${y} r="9" /><text x=${x} y=${y + 25} text-anchor="middle">${name}</text></g>`;
  return html`<svg class="map" viewBox="0 0 ${W} ${H + 20}" role="img" aria-label="this node's links">${others.map((m, i) => { const [x, y] = at(i); return html`<line class=${m.member ? 'up' : 'down'} x1=${W / 2} y1=${H / 2} x2=${x} y2=${y} />`; })}
    ${others.map((m, i) => dot(...at(i), m.node, m.member ? 'up' : 'down'))}${dot(W / 2, H / 2, self, 'self')}</svg>`;
}

// --- Latency --------------------------------------------------------------------

// Spread draws a distribution on a scale of powers of two, from 256 ns to 34 s.
function Spread({ d, tall }) {
  const N = 28, most = Math.max(...d.Buckets, 1);
  const from = i => i ? secs(d.First * 2 ** (i - 1)) : '0', to = i => secs(d.First * 2 ** i);
  return html`<div class=${'spread' + (tall ? ' tall' : '')} role="img" aria-label=${'median ' + secs(d.P50) + ', p99 ' + secs(d.P99) + ', longest ' + secs(d.Max)}>${Array.from({ length: N }, (_, i) => {
    const n = d.Buckets[i] || 0;
    return html`<i class=${n ? 'has' : ''} title=${n ? count(n) + ' from ' + from(i) + ' to ' + to(i) : null} style=${n ? (tall ? { height: Math.max(3, 100 * n / most) + '%' } : { opacity: .15 + .85 * Math.log1p(n) / Math.log1p(most) }) : null}></i>`;
  })}</div>`;
}

const decades = { '1 µs': 1e-6, '100 µs': 1e-4, '10 ms': 1e-2, '1 s': 1, '10 s': 10 };
const Scale = () => html`<div class="spreadscale" aria-hidden="true">${Object.entries(decades).map(([name, s]) => html`<span style=${{ left: 100 * (Math.log2(s / 256e-9) + 1) / 28 + '%' }}>${name}</span>`)}</div>`;

function Latency({ live }) {
  const l = useFetch('latency', 2000), [profile, setProfile] = useState(null), [busy, setBusy] = useState(0);
  const take = async n => { setBusy(n); try { setProfile(await get('profile?seconds=' + n)); } catch (e) { toast(e.message, true); } setBusy(0); };
  const whole = (name, d, note) => html`<section><h2>${name} <small>${note}</small></h2><${Spread} d=${d} tall /><${Scale} /><p class="dim">${count(d.Count)} measured · median ${secs(d.P50)} · p99 <b>${secs(d.P99)}</b> · longest ${secs(d.Max)}</p></section>`;
  const v = l.value;
  return html`<${Failed} error=${l.error} />${v && html`<div class="grid2">${whole('Loop delay', v.Turn, 'how long the loop did not look for what is ready')}${whole('Timers late', v.Late, 'after they were due')}</div>`}
    ${!live.overview?.Dump && html`<section id="profile"><h2>Processor time <small>${profile ? secs(profile.Total) + ' in ' + secs(profile.Seconds) + ', ' + count(profile.Samples) + ' samples; click a bar to see what is below it' : 'a CPU profile of the whole program, by the event that was handled'}</small></h2>
      <div class="bar">${[2, 10, 30].map(n => html`<button class=${n === 2 ? 'primary' : ''} disabled=${busy > 0} onClick=${() => take(n)}>${busy === n ? 'Measuring …' : n + ' s'}</button>`)}${profile && html`<a href="api/profile/raw" download="poe.pb.gz">For go tool pprof</a>`}</div>
      ${profile && html`<${Flame} root=${profile.Root} total=${profile.Total} /><${Table} head=${['Kind of session', 'Event', '#Processor time', '#Part']} empty="No sample: the program was idle." rows=${profile.Events.slice(0, 15).map(e => ({ key: e.Kind + e.Event, cells: [e.Kind ? html`<code>${e.Kind}</code>` : html`<span class="dim">outside of handlers</span>`, e.Event, secs(e.Total), (100 * e.Total / profile.Total).toFixed(1) + ' %'] }))} />`}</section>`}
    ${v && html`<section id="latencies"><h2>Events <small>the ${v.Events.length} slowest of ${count(v.Total)}, by p99; ${v.Sample === 1 ? 'every event is timed' : 'one in ' + v.Sample + ' is timed'}</small></h2>
      <div class="scroll"><table><thead><tr><th>Event</th><th class="num">Waited p99</th><th class="spreadcol">Waited <${Scale} /></th><th class="num">Ran p99</th><th class="spreadcol">Ran <${Scale} /></th><th class="num">Longest</th></tr></thead>
      <tbody>${v.Events.map(e => html`<tr key=${e.Kind + e.Event}><td>${e.Event}<br /><code class="dim">${e.Kind}</code></td><td class="num">${e.Wait.Count ? secs(e.Wait.P99) : ''}</td><td><${Spread} d=${e.Wait} /></td><td class="num">${secs(e.Run.P99)}</td><td><${Spread} d=${e.Run} /></td><td class="num">${secs(e.Run.Max)}</td></tr>`)}</tbody></table></div></section>`}`;
}

// Flame draws a profile: the width of a bar is its processor time, what it has called is
// below it.
function Flame({ root, total }) {
  const [path, setPath] = useState([]), [over, setOver] = useState(null);
  useEffect(() => setPath([]), [root]);
  const top = path.at(-1) || root, rows = [];
  const add = (f, depth, left) => {
    if (f.Total / top.Total < .002 || depth > 60) return;
    (rows[depth] ||= []).push({ f, left });
    let x = left;
    for (const c of f.Children || []) { add(c, depth + 1, x); x += c.Total; }
  };
  if (top.Total > 0) add(top, 0, 0);
  const colour = f => { let h = 0; for (const c of f.Name) h = (h * 31 + c.charCodeAt(0)) % 997; return 'f' + h % 5; };
  const say = f => f.Name + ' · ' + secs(f.Total) + ' (' + (100 * f.Total / total).toFixed(1) + ' %), itself ' + secs(f.Self) + (f.Where ? ' · ' + f.Where.split('/').slice(-2).join('/') : '');
  if (!rows.length) return null;
  return html`<div class="flame">${path.length > 0 && html`<button class="small" onClick=${() => setPath(path.slice(0, -1))}>Back</button>`}
    ${rows.map((row, depth) => html`<div class="flamerow" key=${depth}>${row.map(({ f, left }) => html`<button class=${'bar1 ' + (depth + path.length === 0 ? 'all' : f.Where ? colour(f) : 'event')} style=${{ left: 100 * left / top.Total + '%', width: 100 * f.Total / top.Total + '%' }} title=${say(f)} data-seconds=${f.Total}
      onMouseEnter=${() => setOver(f)} onFocus=${() => setOver(f)} onClick=${() => f !== top && setPath([...path, f])}>${f.Name.split('/').at(-1)}</button>`)}</div>`)}
    <p class="dim flamesay">${over ? say(over) : ' '}</p></div>`;
}

// --- Recordings -------------------------------------------------------------------

const recordingPath = (name, rest = '') => '#recordings/' + encodeURIComponent(name) + rest;

function Recordings({ args = [] }) {
  const [name, at] = args;
  if (name === 'compare') return html`<${Compare} a=${decodeURIComponent(args[1])} b=${decodeURIComponent(args[2])} />`;
  if (name) return html`<${Recording} name=${decodeURIComponent(name)} at=${Number(at) || 1} key=${name} />`;
  return html`<${RecordingList} />`;
}

function RecordingList() {
  const r = useFetch('recordings', 10000), [chosen, choose] = useState([]);
  const pick = n => choose(c => c.includes(n) ? c.filter(x => x !== n) : [...c, n].slice(-2));
  return html`<section><h2>Recordings <small>runs that can be looked at event by event${r.value?.Replays ? ', and replayed' : ''}</small></h2><${Failed} error=${r.error} />
    <div class="bar"><button class="primary" disabled=${chosen.length !== 2} onClick=${() => { location.hash = 'recordings/compare/' + r.value.Recordings.map(f => f.Name).filter(n => chosen.includes(n)).reverse().map(encodeURIComponent).join('/'); }}>Compare two</button></div>
    <${Table} head=${['', 'File', 'Began', 'Program', 'Kernel', '#Size']} empty="No recording: start a program with POE_RECORDING=run.rec."
      rows=${r.value?.Recordings?.map(f => ({ key: f.Name, cells: [html`<input type="checkbox" aria-label=${'compare ' + f.Name} disabled=${!!f.Error} checked=${chosen.includes(f.Name)} onChange=${() => pick(f.Name)} />`,
        f.Error ? html`${f.Name} <span class="bad">${f.Error}</span>` : html`<a href=${recordingPath(f.Name)}>${f.Name}</a>`, f.Error ? '' : new Date(f.Head.Time).toLocaleString(), html`<code>${f.Head.Program}</code>`, f.Head.Kernel, bytes(f.Size)] }))} /></section>`;
}

function Recording({ name, at }) {
  const q = 'name=' + encodeURIComponent(name), s = useFetch('recordings/summary?' + q, 0), list = useFetch('recordings', 0);
  const [find, setFind] = useState(''), [state, setState] = useState(null), [busy, setBusy] = useState(false);
  const from = find ? at : Math.max(1, at - 10);
  const e = useFetch(`recordings/events?${q}&from=${from}&limit=40&find=${encodeURIComponent(find)}`, 0);
  const go = n => { location.replace(recordingPath(name, '/' + Math.max(1, Math.min(s.value?.Events || n, Math.round(n))))); };
  useEffect(() => setState(null), [at]);
  const replay = async () => { setBusy(true); try { setState(await get(`recordings/state?${q}&event=${at}`)); } catch (x) { toast(x.message, true); } setBusy(false); };
  const v = s.value, most = Math.max(...(v?.Density || [1]));
  if (!v) return html`<section><${Failed} error=${s.error} /><p class="empty">Reading ${name} …</p></section>`;
  return html`<section><h2><a href="#recordings">Recordings</a> › ${name} <small>${new Date(v.Head.Time).toLocaleString()} · <code>${v.Head.Program}</code> · ${count(v.Events)} events in ${secs(v.Length)}</small></h2>
      ${v.Error && html`<p class="warn">${v.Error}</p>`}
      <div class="density" aria-hidden="true">${v.Density.map(n => html`<i style=${{ height: n ? Math.max(4, 100 * n / most) + '%' : 0 }}></i>`)}</div>
      <input class="scrub" type="range" aria-label="event" min="1" max=${Math.max(1, v.Events)} value=${at} onChange=${x => go(Number(x.target.value))} />
      <div class="bar"><button onClick=${() => go(at - 1)} disabled=${at <= 1}>Before</button><button onClick=${() => go(at + 1)} disabled=${at >= v.Events}>Next</button>
        <label>Event <input type="number" min="1" max=${v.Events} value=${at} onChange=${x => go(Number(x.target.value))} /></label>
        <label>Only <input placeholder="name or begin*" list="names" value=${find} onChange=${x => setFind(x.target.value.trim())} /></label><datalist id="names">${v.Names.map(n => html`<option value=${n.Name} />`)}</datalist>
        ${list.value?.Replays && html`<button class="primary" disabled=${busy} onClick=${replay}>${busy ? 'Replaying …' : 'State before event ' + at}</button>`}</div></section>
    ${state && html`<${RecordedState} state=${state} />`}
    <div class="grid2 uneven"><section><h2>Events <small>with what the program got from outside meanwhile</small></h2><${Failed} error=${e.error || e.value?.Error} />
      <${Table} head=${['#No.', '#Time', 'Event', 'Session', 'Got']} empty="No such event from here on." rows=${e.value?.Events?.map(x => ({ key: x.Number, here: x.Number === at, cells: [html`<a href=${recordingPath(name, '/' + x.Number)}>${x.Number}</a>`, secs(x.Time), x.Number === at ? html`<b>${x.Name}</b>` : x.Name, x.Ready ? html`<span class="tag">ready handle</span>` : x.Session || html`<span class="dim">kernel</span>`,
        x.Got?.length ? html`<details><summary class="dim">${x.Got[0]}${x.Got.length > 1 ? ' … ' + (x.Got.length - 1) + ' more' : ''}</summary>${x.Got.slice(1).map(g => html`<div class="mono dim">${g}</div>`)}</details>` : ''] }))} />
      <div class="bar"><button disabled=${at <= 1} onClick=${() => go(at - 40)}>earlier</button><button disabled=${at >= v.Events} onClick=${() => go((e.value?.Events?.at(-1)?.Number || at) + (find ? 1 : 11))}>later</button></div></section>
    <section><h2>Names <small>of all events</small></h2><${Table} head=${['Event', '#Count']} empty="None." rows=${v.Names.slice(0, 30).map(n => ({ key: n.Name, cells: [html`<button class="link" onClick=${() => setFind(n.Name)}>${n.Name}</button>`, count(n.Count)] }))} /></section></div>`;
}

function RecordedState({ state }) {
  const [open, setOpen] = useState(null);
  const sessions = state.Sessions || [];
  return html`<section id="state"><h2>Before event ${state.Event} <small><b>${state.Name}</b> of session ${state.Session} · ${secs(state.Time / 1e9)} after the kernel was made</small></h2>
    <dl><dt>Sessions</dt><dd>${state.Counts.Sessions}</dd><dt>Queued</dt><dd>${state.Counts.Events} ${(state.Queue || []).slice(0, 12).map(x => html`<span class="tag">${x.Name || 'look'} → ${x.To}</span> `)}</dd>
      <dt>Timers</dt><dd>${state.Counts.Timers} ${(state.Timers || []).slice(0, 12).map(x => html`<span class="tag">${x.Name} → ${x.To}</span> `)}</dd><dt>Handles</dt><dd>${state.Counts.Handles}</dd></dl>
    <${Table} head=${['Session', 'Type', 'Aliases', '#Children', '#Refs', '']} empty="No session." rows=${sessions.map(x => { const i = x.SessionInfo || x; return { key: i.Number, cells: [i.Number, html`<code>${i.Type}</code>`, (i.Aliases || []).join(', '), i.Children, i.Refs, html`<button class="small" onClick=${() => setOpen(open === i.Number ? null : i.Number)}>Heap</button>`] }; })} />
    ${open !== null && html`<h2 class="h">Heap of session ${open}</h2><${Json} value=${sessions.map(x => ({ n: (x.SessionInfo || x).Number, h: x.Heap })).find(x => x.n === open)?.h ?? null} />`}</section>`;
}

function Compare({ a, b }) {
  const c = useFetch(`recordings/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`, 0), v = c.value;
  const cls = r => r.Same ? '' : r.NumberA && r.NumberB ? 'changed' : r.NumberA ? 'removed' : 'added';
  const cell = (name, n, text) => n ? html`<a class="num" href=${recordingPath(name, '/' + n)}>${n}</a> <code>${text}</code>` : '';
  return html`<section id="compare"><h2><a href="#recordings">Recordings</a> › two runs side by side <small>${v ? (v.Equal ? 'equal, ' + count(v.Common) + ' events' : 'equal up to event ' + count(v.Common)) : 'reading …'}</small></h2><${Failed} error=${c.error || v?.Error} />
    ${v && html`<p class="dim">${v.Rows.filter(r => !r.Same).length} rows differ${v.EndA && v.EndB ? '' : ' of the first that follow'}; times and bytes are not compared.</p>
    <div class="scroll"><table class="compare"><thead><tr><th>${a}</th><th>${b}</th></tr></thead><tbody>${v.Rows.map((r, i) => html`<tr key=${i} class=${cls(r)}><td>${cell(a, r.NumberA, r.A)}</td><td>${cell(b, r.NumberB, r.B)}</td></tr>`)}
      ${v.EndA !== v.EndB || v.EndA ? html`<tr><td class="dim">${v.EndA ? 'the run ends' : '…'}</td><td class="dim">${v.EndB ? 'the run ends' : '…'}</td></tr>` : html`<tr><td class="dim">…</td><td class="dim">…</td></tr>`}</tbody></table></div>`}</section>`;
}

// --- The frame ----------------------------------------------------------------

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
  toast = (text, bad) => { const n = { text, bad }; setNote(n); setTimeout(() => setNote(x => x === n ? null : x), 4000); };
  useEffect(() => {
    const moved = () => { setWhere(parts()); scrollTo(0, 0); main.current?.focus(); };
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
