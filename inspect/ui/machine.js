// The diagram of a state machine, drawn from what it has done.
import { html } from './standalone.module.js';
import { count, Table } from './base.js';
import { fieldsOf } from './nodes.js';

const W = 760, H = 340, R = 20;

// place puts the states on an ellipse, those that the machine has been in first.
function place(states, transitions) {
  const order = [...new Set([...transitions.flatMap(t => [t.from, t.to]), ...states])];
  const at = {};
  order.forEach((name, i) => {
    const a = 2 * Math.PI * i / order.length - Math.PI / 2;
    at[name] = order.length === 1 ? [W / 2, H / 2] : [W / 2 + (W / 2 - 110) * Math.cos(a), H / 2 + (H / 2 - 60) * Math.sin(a)];
  });
  return at;
}

// arrow is a curve from one state to another, or to itself.
function arrow(from, to) {
  const [x, y] = from, [X, Y] = to;
  if (x === X && y === Y) return { d: `M ${x - 9} ${y - R} C ${x - 40} ${y - 78}, ${x + 40} ${y - 78}, ${x + 9} ${y - R}`, at: () => [x, y - 68] };
  const dx = X - x, dy = Y - y, l = Math.hypot(dx, dy), ux = dx / l, uy = dy / l, bend = Math.min(52, l / 4);
  const cx = (x + X) / 2 + uy * bend, cy = (y + Y) / 2 - ux * bend;
  const edge = (px, py) => { const k = Math.hypot(cx - px, cy - py); return [px + (cx - px) * R / k, py + (cy - py) * R / k]; };
  const [sx, sy] = edge(x, y), [ex, ey] = edge(X, Y);
  return { d: `M ${sx} ${sy} Q ${cx} ${cy} ${ex} ${ey}`, at: t => [sx, sy].map((v, i) => (1 - t) * (1 - t) * v + 2 * t * (1 - t) * [cx, cy][i] + t * t * [ex, ey][i]) };
}

// spots puts the text of each arrow on it, where none is yet.
function spots(arrows, states) {
  const taken = states.map(([x, y]) => [x, y + R + 16]);
  return arrows.map(a => {
    const free = [.5, .38, .62, .28, .72].map(a.at).find(([x, y]) => taken.every(([X, Y]) => Math.abs(x - X) > 80 || Math.abs(y - Y) > 16)) || a.at(.5);
    taken.push(free);
    return free;
  });
}

export function Machine({ fields }) {
  const f = fieldsOf(fields), transitions = (f.transitions || []).map(fieldsOf), states = (f.states || []).map(s => s[0].Value);
  const at = place(states, transitions), most = Math.max(...transitions.map(t => t.count), 1), been = new Set(transitions.flatMap(t => [t.from, t.to]));
  const pairs = {};
  for (const t of transitions) (pairs[t.from + '\n' + t.to] ||= []).push(t);
  const arrows = Object.values(pairs).map(list => arrow(at[list[0].from], at[list[0].to])), texts = spots(arrows, Object.values(at));
  return html`<section id="machine"><h2>State machine <small>in <b>${f.state}</b>${f.stack ? ', ' + f.stack + ' on the stack' : ''}; arrows are what it has done since it is observed, dashed states were not entered</small></h2>
    <div class="scroll"><svg class="machine" viewBox="0 0 ${W} ${H}" role="img" aria-label=${'state machine in state ' + f.state}>
      <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"><path d="M 0 0 L 8 4 L 0 8 z" /></marker></defs>
      ${Object.values(pairs).map((list, i) => { const n = list.reduce((s, t) => s + t.count, 0), a = arrows[i];
        return html`<path class="way" key=${list[0].from + '→' + list[0].to} d=${a.d} marker-end="url(#head)" style=${{ strokeWidth: (1 + 1.5 * n / most).toFixed(1) }} />`; })}
      ${Object.values(pairs).map((list, i) => { const n = list.reduce((s, t) => s + t.count, 0), [x, y] = texts[i];
        return html`<g class="move" key=${list[0].from + '→' + list[0].to}><text x=${x} y=${y} text-anchor="middle"><title>${list[0].from} to ${list[0].to}</title>${list.slice(0, 2).map(t => t.event || '(outside)').join(', ')}${list.length > 2 ? ' …' : ''} ${count(n)}×</text></g>`; })}
      ${Object.entries(at).map(([name, [x, y]]) => html`<g key=${name} class=${(name === f.state ? 'now' : '') + (been.has(name) || name === f.state ? '' : ' never')}><circle cx=${x} cy=${y} r=${R} /><text x=${x} y=${y + R + 16} text-anchor="middle">${name}</text></g>`)}
    </svg></div>
    <details><summary class="dim">As a table</summary><${Table} head=${['From', 'To', 'In the handler of', '#Count']} empty="No transition yet." rows=${transitions.map((t, i) => ({ key: i, cells: [t.from, t.to, t.event || 'outside', count(t.count)] }))} /></details></section>`;
}
