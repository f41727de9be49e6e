import type { Server as HttpServer } from 'node:http';
import type { Http2Server } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';

const preface = Buffer.from('PRI * HTTP/2.0');

/** HTTP/1.1 and, with prior knowledge, HTTP/2 on one port without TLS: the first bytes of a connection decide. */
export function acceptBoth(http1: HttpServer, http2: Http2Server): Server {
  return createServer((socket) => {
    let head = Buffer.alloc(0);
    function read(): void {
      const chunk = socket.read() as Buffer | null;
      if (!chunk) return;
      head = Buffer.concat([head, chunk]);
      const compared = Math.min(head.length, preface.length);
      const isHttp2 = head.subarray(0, compared).equals(preface.subarray(0, compared));
      if (isHttp2 && compared < preface.length) return;
      handOver(socket, isHttp2 ? http2 : http1);
    }
    function handOver(to: Socket, server: HttpServer | Http2Server): void {
      to.off('readable', read).off('error', ignore);
      to.unshift(head);
      server.emit('connection', to);
    }
    socket.on('readable', read).on('error', ignore);
  });
}

/** The other side went away before it said anything. */
function ignore(): void {}
