// The pages Queue, Handles and Servers.
import { html, useState } from './standalone.module.js';
import { tryAct, useFetch, count, bytes, secs, Session, Event, Failed, label, Table } from './base.js';

export const Timers = ({ list, actions, reload }) => html`<${Table} head=${['Due', 'Event', 'Session', 'Set by', 'Arguments', '']} empty="No timer is pending."
  rows=${list?.map(t => ({ key: t.Timer, cells: [t.Age < 0 ? 'in ' + secs(-t.Age) : html`<span class="warn">late ${secs(t.Age)}</span>`, html`<${Event} id=${t.Cause} name=${t.Event} />`, html`<${Session} n=${t.To} />`, html`<span title=${t.Site}>${t.Caller}</span>`, html`<code>${t.Args}</code>`,
    actions && html`<button class="small" onClick=${async () => { await tryAct({ Do: 'fire', Timer: t.Timer }); reload(); }}>Fire</button> <button class="small danger" onClick=${async () => { await tryAct({ Do: 'cancel', Timer: t.Timer }); reload(); }}>Cancel</button>`] }))} />`;

export function Queue({ live }) {
  const [from, setFrom] = useState([0]), actions = live.overview?.Actions;
  const q = useFetch(`queue?from=${from.at(-1)}&limit=100`, 1000), t = useFetch('timers?limit=100', 1000);
  return html`<section><h2>Queue <small>${q.value ? count(q.value.Total) + ' events, in order' : ''}</small></h2><${Failed} error=${q.error} />
    <${Table} head=${['Event', 'Kind', 'From', 'To', 'Sent by', '#Waited', 'Arguments', 'Where', '']} empty="Nothing waits at this moment: the queue of a program that keeps up is nearly always empty. Pause it to see what is queued."
      rows=${q.value?.Queue?.map(x => ({ key: x.Slot, cells: [html`<${Event} id=${x.Cause} name=${x.Event || '(look)'} />`, html`<span class="tag">${x.Kind}</span>`, html`<${Session} n=${x.From} />`, html`<${Session} n=${x.To} />`, x.Caller, secs(x.Age), html`<code>${x.Args}</code>`, html`<code>${x.Site}</code>`,
        actions && x.Kind === 'post' && x.ID !== '0' && html`<button class="small danger" onClick=${async () => { await tryAct({ Do: 'dequeue', Slot: x.Slot, ID: x.ID }, () => 'Cancelled ' + x.Event); q.reload(); }}>Cancel</button>`] }))} />
    ${(from.length > 1 || q.value?.Next > 0) && html`<div class="bar"><button disabled=${from.length < 2} onClick=${() => setFrom(from.slice(0, -1))}>earlier</button><button disabled=${!(q.value?.Next > 0)} onClick=${() => setFrom([...from, q.value.Next])}>later</button></div>`}</section>
    <section><h2>Timers <small>${t.value ? 'the first of ' + count(t.value.Total) : ''}</small></h2><${Failed} error=${t.error} /><${Timers} list=${t.value?.Timers} actions=${live.overview?.Actions} reload=${t.reload} /></section>`;
}

export function Handles() {
  const [from, setFrom] = useState([0]);
  const h = useFetch(`handles?from=${from.at(-1)}&limit=200`, 2000);
  const watch = w => html`<div><span class=${'tag' + (!w.Paused ? '' : w.Mode === 'write' ? ' idle' : ' warn')}>${w.Mode}${w.Paused ? ' idle' : ''}</span> <${Session} n=${w.Session} /> ${w.Event}</div>`;
  const wheel = ws => {
    const f = Object.fromEntries((ws.find(w => w.Wheel)?.Wheel || []).map(x => [x.Name, x]));
    if (!f.wheel) return '';
    return html`${f.filter?.Value} · in ${bytes(f.undecoded?.Value ?? 0)} · out ${bytes(f.pending?.Value ?? 0)}${f['not reading'] && html` · <span class="warn">${f['not reading'].Value}</span>`}${f.high && html` · <span class="warn">over the high mark</span>`}`;
  };
  return html`<section><h2>Handles and wheels <small>${h.value ? count(h.value.Total) + ' watched' : ''}</small></h2><${Failed} error=${h.error} />
    <${Table} head=${['Handle', '#Descriptor', 'Watched by', 'Wheel: filter, buffered']} empty="No handle is watched." rows=${h.value?.Handles?.map(x => ({ key: x.Slot, cells: [x.Name, x.FD < 0 ? '' : x.FD, x.Watchers?.map(watch), html`<code>${wheel(x.Watchers || [])}</code>`] }))} />
    <div class="bar">${from.length > 1 && html`<button onClick=${() => setFrom(from.slice(0, -1))}>back</button>`}${h.value?.Next > 0 && html`<button onClick=${() => setFrom([...from, h.value.Next])}>more</button>`}</div></section>`;
}

// Operations are buttons for what can be done with a server or a connection; those that
// end something ask once more.
export function Operations({ s, reload }) {
  const [sure, setSure] = useState('');
  const go = async o => {
    if (!['pause', 'resume'].includes(o) && sure !== o) { setSure(o); setTimeout(() => setSure(x => x === o ? '' : x), 3000); return; }
    setSure('');
    await tryAct({ Do: 'operate', To: String(s.Number), Event: o }, () => o + ': done');
    reload();
  };
  return (s.Operations || []).map(o => html`<button class=${'small' + (['pause', 'resume'].includes(o) ? '' : ' danger')} onClick=${() => go(o)}>${sure === o ? o + ', really' : o}</button> `);
}

export function Servers({ live }) {
  const s = useFetch('servers', 3000), ok = live.overview?.Actions;
  const fields = x => Object.fromEntries((x.Fields || []).map(f => [f.Name, f.Value]));
  return html`<${Failed} error=${s.error} /><section><h2>Servers</h2><${Table} head=${['Session', 'Address', '#Open', '#Accepted', '#Refused', '#Errors', '#Bytes held', '#Limit', '']} empty="No server: a component/servertcp shows here."
      rows=${s.value?.Servers?.map(x => { const f = fields(x); return { key: x.Number, cells: [html`<${Session} n=${x.Number} name=${label(x)} />`, html`<span class="peer">${f.address || f.state}</span>`, count(f.open), count(f.accepted), count(f.refused), count(f.errors), bytes(f.held ?? 0), f.concurrency < 0 ? 'none' : f.concurrency, ok && html`<${Operations} s=${x} reload=${s.reload} />`] }; })} /></section>
    <section><h2>Connections <small>${s.value ? 'the first of ' + count(s.value.Total) : ''}</small></h2><${Table} head=${['Session', 'Peer', 'Server', '#Read', '#Written', '#Waiting in', '#Waiting out', 'State', '']} empty="No connection is open."
      rows=${s.value?.Connections?.map(x => { const f = fields(x); return { key: x.Number, cells: [html`<${Session} n=${x.Number} />`, html`<span class="peer">${f.peer}</span>`, html`<${Session} n=${f.server} />`, bytes(f.read ?? 0), bytes(f.written ?? 0), bytes(f.undecoded ?? 0), bytes(f.pending ?? 0), html`<span class="warn">${[f.state, f['not reading'], f.high && 'over the high mark'].filter(Boolean).join(', ')}</span>`, ok && html`<${Operations} s=${x} reload=${s.reload} />`] }; })} /></section>`;
}
