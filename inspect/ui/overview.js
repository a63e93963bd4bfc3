// The page Overview.
import { html } from './standalone.module.js';
import { useFetch, tryAct, count, bytes, secs, Table } from './base.js';

// Chart draws one or two series, newest on the right.
export function Chart({ a, b, unit, label }) {
  const W = 300, H = 100, N = Math.max(30, a.length);
  const top = Math.max(...a, ...(b || []), 1e-9);
  const line = s => s.map((v, i) => `${(W * (N - s.length + i) / (N - 1)).toFixed(1)},${(H - 4 - (H - 12) * v / top).toFixed(1)}`).join(' ');
  const from = (W * (N - a.length) / (N - 1)).toFixed(1);
  return html`<div class="chartbox"><svg class="chart" viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <line class="axis" x1="0" x2=${W} y1=${H - 4} y2=${H - 4} /><line class="axis" x1="0" x2=${W} y1=${(H - 4) / 2} y2=${(H - 4) / 2} stroke-dasharray="3 4" />
    ${a.length > 1 && html`<polygon class="fill" points="${from},${H - 4} ${line(a)} ${W},${H - 4}" /><polyline class="a" points=${line(a)} />`}
    ${b && b.length > 1 && html`<polyline class="b" points=${line(b)} />`}
  </svg><span class="scale">${unit(top)}</span><span class="scale base">0</span></div>`;
}

export function Overview({ live }) {
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
      <section><h2>Events per second <small>${h.rate.length < 60 ? 'since the page was opened' : 'the last ' + h.rate.length + ' seconds'}</small></h2><${Chart} a=${h.rate} unit=${v => count(v) + '/s'} label="events per second" /></section>
      <section><h2>Queue and timers <span class="legend"><span><i></i>queue</span><span><i class="b"></i>timers</span></span></h2><${Chart} a=${h.queue} b=${h.timers} unit=${count} label="queued events and timers" /></section>
    </div>
    <section><h2>Busiest handlers <small>${o.Sample === 1 ? 'every event is timed' : 'one event in ' + o.Sample + ' is timed'}</small>
      ${o.Actions && html`<label class="legend">Time one event in <select id="sample" value=${o.Sample} onChange=${e => tryAct({ Do: 'sample', Every: Number(e.target.value) }, n => n === 1 ? 'Every event is timed' : 'One event in ' + n + ' is timed')}>${[...new Set([1, 4, 16, 64, 256, 1024, o.Sample])].sort((a, b) => a - b).map(n => html`<option value=${n}>${n}</option>`)}</select></label>`}</h2>
      <${Table} head=${['Kind of session', 'Event', '#Count', '#Panics', '#Waited p50', '#p99', '#Ran p50', '#p99', '#Longest', '#Share']} empty="No event has been handled yet."
        rows=${busiest.map(e => ({ key: e.Kind + e.Event, cells: [html`<code>${e.Kind}</code>`, e.Event, count(e.Count), e.Threw ? html`<span class="bad">${e.Threw}</span>` : '',
          e.Wait.count ? secs(e.Wait.p50) : '', e.Wait.count ? secs(e.Wait.p99) : '', secs(e.Run.p50), secs(e.Run.p99), secs(e.Run.max),
          html`<span class="meterbox"><span class="meter" style=${{ width: Math.round(70 * share(e) / most) + 'px' }}></span></span>`] }))} />
    </section>`;
}
