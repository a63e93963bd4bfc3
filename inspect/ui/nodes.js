// The page Nodes.
import { html } from './standalone.module.js';
import { useFetch, count, bytes, secs, Session, Failed, Table } from './base.js';

export const fieldsOf = list => Object.fromEntries((list || []).map(f => [f.Name, f.Value]));
export const apart = (skew, trip) => (skew < 0 ? '−' : '+') + secs(Math.abs(skew)) + ' ± ' + secs(trip / 2);
export const Meter = ({ part, label }) => html`<span class="meterbox" title=${label}><span class=${'meter' + (part > .75 ? ' full' : '')} style=${{ width: Math.round(70 * Math.min(1, part)) + 'px' }}></span></span>`;

export function Nodes() {
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
export function Ring({ members, self }) {
  const others = members.filter(m => m.node !== self).slice(0, 24);
  if (!others.length) return null;
  const W = 640, H = 230, at = i => { const a = 2 * Math.PI * i / others.length; return [W / 2 + 230 * Math.cos(a), H / 2 + 80 * Math.sin(a)]; };
  const dot = (x, y, name, cls) => html`<g class=${cls}><circle cx=${x} cy=${y} r="9" /><text x=${x} y=${y + 25} text-anchor="middle">${name}</text></g>`;
  return html`<svg class="map" viewBox="0 0 ${W} ${H + 20}" role="img" aria-label="this node's links">${others.map((m, i) => { const [x, y] = at(i); return html`<line class=${m.member ? 'up' : 'down'} x1=${W / 2} y1=${H / 2} x2=${x} y2=${y} />`; })}
    ${others.map((m, i) => dot(...at(i), m.node, m.member ? 'up' : 'down'))}${dot(W / 2, H / 2, self, 'self')}</svg>`;
}
