// KV and the queue, as the platform's bindings call them. It runs in a process of its own, whose time does not count.
import values from "./values.json";

let records = 0;

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      // Counted after the await, in which others are counted.
      const sent = await request.json();
      records += sent.length;
      return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: 0 } } });
    }
    if (pathname === "/records") return Response.json(records);
    const value = values[decodeURIComponent(pathname.slice(1))];
    return value === undefined ? new Response(null, { status: 404 }) : new Response(value);
  },
};
