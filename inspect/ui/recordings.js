// The pages of recordings.
import { html, useState, useEffect } from './standalone.module.js';
import { get, toast, useFetch, count, bytes, secs, Failed, Table, Json } from './base.js';

export const recordingPath = (name, rest = '') => '#recordings/' + encodeURIComponent(name) + rest;

export function Recordings({ args = [] }) {
  const [name, at] = args;
  if (name === 'compare') return html`<${Compare} a=${decodeURIComponent(args[1])} b=${decodeURIComponent(args[2])} />`;
  if (name) return html`<${Recording} name=${decodeURIComponent(name)} at=${Number(at) || 1} key=${name} />`;
  return html`<${RecordingList} />`;
}

export function RecordingList() {
  const r = useFetch('recordings', 10000), [chosen, choose] = useState([]);
  const pick = n => choose(c => c.includes(n) ? c.filter(x => x !== n) : [...c, n].slice(-2));
  return html`<section><h2>Recordings <small>runs that can be looked at event by event${r.value?.Replays ? ', and replayed' : ''}</small></h2><${Failed} error=${r.error} />
    <div class="bar"><button class="primary" disabled=${chosen.length !== 2} onClick=${() => { location.hash = 'recordings/compare/' + r.value.Recordings.map(f => f.Name).filter(n => chosen.includes(n)).reverse().map(encodeURIComponent).join('/'); }}>Compare two</button></div>
    <${Table} head=${['', 'File', 'Began', 'Program', 'Kernel', '#Size']} empty="No recording: start a program with POE_RECORDING=run.rec."
      rows=${r.value?.Recordings?.map(f => ({ key: f.Name, cells: [html`<input type="checkbox" aria-label=${'compare ' + f.Name} disabled=${!!f.Error} checked=${chosen.includes(f.Name)} onChange=${() => pick(f.Name)} />`,
        f.Error ? html`${f.Name} <span class="bad">${f.Error}</span>` : html`<a href=${recordingPath(f.Name)}>${f.Name}</a>`, f.Error ? '' : new Date(f.Head.Time).toLocaleString(), html`<code>${f.Head.Program}</code>`, f.Head.Kernel, bytes(f.Size)] }))} /></section>`;
}

export function Recording({ name, at }) {
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

export function RecordedState({ state }) {
  const [open, setOpen] = useState(null);
  const sessions = state.Sessions || [];
  return html`<section id="state"><h2>Before event ${state.Event} <small><b>${state.Name}</b> of session ${state.Session} · ${secs(state.Time / 1e9)} after the kernel was made</small></h2>
    <dl><dt>Sessions</dt><dd>${state.Counts.Sessions}</dd><dt>Queued</dt><dd>${state.Counts.Events} ${(state.Queue || []).slice(0, 12).map(x => html`<span class="tag">${x.Name || 'look'} → ${x.To}</span> `)}</dd>
      <dt>Timers</dt><dd>${state.Counts.Timers} ${(state.Timers || []).slice(0, 12).map(x => html`<span class="tag">${x.Name} → ${x.To}</span> `)}</dd><dt>Handles</dt><dd>${state.Counts.Handles}</dd></dl>
    <${Table} head=${['Session', 'Type', 'Aliases', '#Children', '#Refs', '']} empty="No session." rows=${sessions.map(x => { const i = x.SessionInfo || x; return { key: i.Number, cells: [i.Number, html`<code>${i.Type}</code>`, (i.Aliases || []).join(', '), i.Children, i.Refs, html`<button class="small" onClick=${() => setOpen(open === i.Number ? null : i.Number)}>Heap</button>`] }; })} />
    ${open !== null && html`<h2 class="h">Heap of session ${open}</h2><${Json} value=${sessions.map(x => ({ n: (x.SessionInfo || x).Number, h: x.Heap })).find(x => x.n === open)?.h ?? null} />`}</section>`;
}

export function Compare({ a, b }) {
  const c = useFetch(`recordings/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`, 0), v = c.value;
  const cls = r => r.Same ? '' : r.NumberA && r.NumberB ? 'changed' : r.NumberA ? 'removed' : 'added';
  const cell = (name, n, text) => n ? html`<a class="num" href=${recordingPath(name, '/' + n)}>${n}</a> <code>${text}</code>` : '';
  return html`<section id="compare"><h2><a href="#recordings">Recordings</a> › two runs side by side <small>${v ? (v.Equal ? 'equal, ' + count(v.Common) + ' events' : 'equal up to event ' + count(v.Common)) : 'reading …'}</small></h2><${Failed} error=${c.error || v?.Error} />
    ${v && html`<p class="dim">${v.Rows.filter(r => !r.Same).length} rows differ${v.EndA && v.EndB ? '' : ' of the first that follow'}; times and bytes are not compared.</p>
    <div class="scroll"><table class="compare"><thead><tr><th>${a}</th><th>${b}</th></tr></thead><tbody>${v.Rows.map((r, i) => html`<tr key=${i} class=${cls(r)}><td>${cell(a, r.NumberA, r.A)}</td><td>${cell(b, r.NumberB, r.B)}</td></tr>`)}
      ${v.EndA !== v.EndB || v.EndA ? html`<tr><td class="dim">${v.EndA ? 'the run ends' : '…'}</td><td class="dim">${v.EndB ? 'the run ends' : '…'}</td></tr>` : html`<tr><td class="dim">…</td><td class="dim">…</td></tr>`}</tbody></table></div>`}</section>`;
}
