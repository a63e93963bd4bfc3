// The pages Trace, causes and effects of an event, and Problems.
import { html, useState, useEffect } from './standalone.module.js';
import { get, toast, tryAct, useFetch, count, secs, time, Session, Event, Failed, Table } from './base.js';

export const traceHead = ['Time', 'Event', 'Kind', 'Session', 'Type', 'From', '#Waited', '#Ran', 'Arguments'];
export const traceRow = x => ({ key: x.ID, cells: [html`<code>${time(x.Time)}</code>`, html`<span style=${{ paddingLeft: (x.Depth - 1) * 12 + 'px' }}><${Event} id=${x.ID} name=${x.Event} /></span>`, html`<span class=${'tag' + (x.Threw ? ' bad' : '')}>${x.Threw ? 'panic' : x.Kind}</span>`,
  html`<${Session} n=${x.Session} />`, html`<code>${x.Type}</code>`, html`<${Session} n=${x.Sender} />`, x.Sampled && x.Waited ? secs(x.Waited) : '', x.Ran < 0 ? html`<span class="warn">running</span>` : x.Sampled ? secs(x.Ran) : '', html`<code>${x.Args}</code>`] });

export function Trace({ live }) {
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

export function Tree({ id }) {
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

// Letters are the last dead letters, which can be sent again.
function Letters({ list, reload }) {
  const [to, setTo] = useState({});
  const send = async (x, event) => { await tryAct({ Do: 'resend', Letter: x.Number, To: to[x.Number] || '', Event: event }, () => (event || x.Event) + ' was sent again'); reload(); };
  return html`<h2 class="h">The last ones <small class="dim">with their arguments; they can be sent again</small></h2>
    <${Table} head=${['When', 'Event', 'To', 'From', 'Arguments', 'Send again to', '']} empty="None is kept." rows=${list.map(x => ({ key: x.Number, cells: [time(x.At), x.Event, x.To, x.From, html`<code>${x.Args}</code>`,
      html`<input aria-label="session or alias" placeholder=${x.To} size="10" value=${to[x.Number] || ''} onInput=${e => setTo({ ...to, [x.Number]: e.target.value.trim() })} />`,
      html`<button class="small" onClick=${() => send(x, '')}>Resend</button>${x.Nearest && html` <button class="small" title="the most similar event for which it has a handler" onClick=${() => send(x, x.Nearest)}>as ${x.Nearest}</button>`}`] }))} />`;
}

export function Problems({ live }) {
  const p = useFetch('problems', 2000);
  return html`<${Failed} error=${p.error} />
    <section><h2>Errors <small>handlers that ended with a panic, by place</small></h2>
      ${p.value?.Failures?.length ? p.value.Failures.map(f => html`<div class="h"><span class="tag bad">${count(f.Count)}×</span><b>${f.Event}</b><code>${f.Kind}</code><span class="dim">last ${time(f.Last)} in session ${f.Session}</span></div>
        <div class="bad mono">${f.Text}</div><details><summary class="dim">${f.Where}</summary><pre class="stack" tabindex="0">${f.Stack}</pre></details><br />`) : html`<p class="empty">No handler has failed.</p>`}</section>
    <section><h2>Dead letters <small>${p.value ? count(p.value.DeadTotal) + ' events that reached no handler' : ''}</small></h2>
      <${Table} head=${['#Count', 'Event', 'To', 'Last from', 'Why', 'Last']} empty="Every event has reached a handler." rows=${p.value?.Dead?.map(d => ({ key: d.To + d.Event, cells: [count(d.Count), d.Event, d.To, d.From, d.Err || (d.Unhandled ? 'the session has no handler' : 'the session is gone'), time(d.Last)] }))} />
      ${live.overview?.Actions && p.value?.Letters?.length > 0 && html`<${Letters} list=${p.value.Letters} reload=${p.reload} />`}</section>`;
}
