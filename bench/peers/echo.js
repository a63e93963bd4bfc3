// A line echo on Node's package net. usage: echo.js PORT
'use strict';
const net = require('net');
net.createServer({ noDelay: true }, (s) => {
  let part = '';
  s.setEncoding('latin1');
  s.on('data', (d) => {
    let out = '', from = 0, i;
    if (part !== '') { d = part + d; part = ''; }
    while ((i = d.indexOf('\n', from)) >= 0) {
      const e = i > from && d.charCodeAt(i - 1) === 13 ? i - 1 : i;
      out += d.slice(from, e) + '\r\n';
      from = i + 1;
    }
    if (from < d.length) part = d.slice(from);
    if (out !== '') s.write(out, 'latin1');
  });
  s.on('error', () => {});
}).listen({ port: +process.argv[2], host: '127.0.0.1', backlog: 4096 });
