// The page Debugger.
import { html, useState } from './standalone.module.js';
import { tryAct, time, Session, Event, Table, Json } from './base.js';

export function Debug({ live }) {
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

export const Controls = ({ p, ok }) => html`<div class="bar">
  ${p.Paused ? html`<button class="primary" disabled=${!ok} onClick=${() => tryAct({ Do: 'resume' }, () => 'Resumed')} title="c">Resume</button>
    <button disabled=${!ok} onClick=${() => tryAct({ Do: 'step' }, () => 'One event')} title="s">Step</button>
    <button disabled=${!ok || !p.At} onClick=${() => tryAct({ Do: 'over' }, () => 'One event with its calls')} title="n">Step over calls</button>`
    : html`<button disabled=${!ok || p.Pending} onClick=${() => tryAct({ Do: 'pause' }, () => 'Pausing')} title="p">Pause</button>`}</div>`;
