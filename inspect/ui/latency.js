// The page Latency.
import { html, useState, useEffect } from './standalone.module.js';
import { get, toast, useFetch, count, secs, Failed, Table } from './base.js';

export function Spread({ d, tall }) {
  const N = 28, most = Math.max(...d.Buckets, 1);
  const from = i => i ? secs(d.First * 2 ** (i - 1)) : '0', to = i => secs(d.First * 2 ** i);
  return html`<div class=${'spread' + (tall ? ' tall' : '')} role="img" aria-label=${'median ' + secs(d.P50) + ', p99 ' + secs(d.P99) + ', longest ' + secs(d.Max)}>${Array.from({ length: N }, (_, i) => {
    const n = d.Buckets[i] || 0;
    return html`<i class=${n ? 'has' : ''} title=${n ? count(n) + ' from ' + from(i) + ' to ' + to(i) : null} style=${n ? (tall ? { height: Math.max(3, 100 * n / most) + '%' } : { opacity: .15 + .85 * Math.log1p(n) / Math.log1p(most) }) : null}></i>`;
  })}</div>`;
}

export const decades = { '1 µs': 1e-6, '100 µs': 1e-4, '10 ms': 1e-2, '1 s': 1, '10 s': 10 };
export const Scale = () => html`<div class="spreadscale" aria-hidden="true">${Object.entries(decades).map(([name, s]) => html`<span style=${{ left: 100 * (Math.log2(s / 256e-9) + 1) / 28 + '%' }}>${name}</span>`)}</div>`;

export function Latency({ live }) {
  const l = useFetch('latency', 2000), [profile, setProfile] = useState(null), [busy, setBusy] = useState(0);
  const take = async n => { setBusy(n); try { setProfile(await get('profile?seconds=' + n)); } catch (e) { toast(e.message, true); } setBusy(0); };
  const whole = (name, d, note) => html`<section><h2>${name} <small>${note}</small></h2><${Spread} d=${d} tall /><${Scale} /><p class="dim">${count(d.Count)} measured · median ${secs(d.P50)} · p99 <b>${secs(d.P99)}</b> · longest ${secs(d.Max)}</p></section>`;
  const v = l.value;
  return html`<${Failed} error=${l.error} />${v && html`<div class="grid2">${whole('Loop delay', v.Turn, 'how long the loop did not look for what is ready')}${whole('Timers late', v.Late, 'after they were due')}</div>`}
    ${!live.overview?.Dump && html`<section id="profile"><h2>Processor time <small>${profile ? secs(profile.Total) + ' in ' + secs(profile.Seconds) + ', ' + count(profile.Samples) + ' samples; click a bar to see what is below it' : 'a CPU profile of the whole program, by the event that was handled'}</small></h2>
      <div class="bar">${[2, 10, 30].map(n => html`<button class=${n === 2 ? 'primary' : ''} disabled=${busy > 0} onClick=${() => take(n)}>${busy === n ? 'Measuring …' : n + ' s'}</button>`)}${profile && html`<a href="api/profile/raw" download="poe.pb.gz">For go tool pprof</a>`}
        ${live.overview?.Flight && html`<a href="api/flight" download="poe.trace" title="the last seconds of the runtime's execution trace">For go tool trace</a>`}</div>
      ${profile && html`<${Flame} root=${profile.Root} total=${profile.Total} /><${Table} head=${['Kind of session', 'Event', '#Processor time', '#Part']} empty="No sample: the program was idle." rows=${profile.Events.slice(0, 15).map(e => ({ key: e.Kind + e.Event, cells: [e.Kind ? html`<code>${e.Kind}</code>` : html`<span class="dim">outside of handlers</span>`, e.Event, secs(e.Total), (100 * e.Total / profile.Total).toFixed(1) + ' %'] }))} />`}</section>`}
    ${v && html`<section id="latencies"><h2>Events <small>the ${v.Events.length} slowest of ${count(v.Total)}, by p99; ${v.Sample === 1 ? 'every event is timed' : 'one in ' + v.Sample + ' is timed'}</small></h2>
      <div class="scroll"><table><thead><tr><th>Event</th><th class="num">Waited p99</th><th class="spreadcol">Waited <${Scale} /></th><th class="num">Ran p99</th><th class="spreadcol">Ran <${Scale} /></th><th class="num">Longest</th></tr></thead>
      <tbody>${v.Events.map(e => html`<tr key=${e.Kind + e.Event}><td>${e.Event}<br /><code class="dim">${e.Kind}</code></td><td class="num">${e.Wait.Count ? secs(e.Wait.P99) : ''}</td><td><${Spread} d=${e.Wait} /></td><td class="num">${secs(e.Run.P99)}</td><td><${Spread} d=${e.Run} /></td><td class="num">${secs(e.Run.Max)}</td></tr>`)}</tbody></table></div></section>`}`;
}

// Flame draws a profile: the width of a bar is its processor time, what it has called is
// below it.
export function Flame({ root, total }) {
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
