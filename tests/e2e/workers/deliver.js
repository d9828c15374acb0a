// Takes messages to the Worker as the platform's queue does, and answers what became of them.
export default {
  async fetch(request, env) {
    const messages = await request.json();
    const { outcome, retryBatch, retryMessages } = await env.EDGE.queue(
      "coupons-records",
      messages.map((message) => ({ ...message, timestamp: new Date(message.timestamp) })),
    );
    return Response.json({ outcome, retryBatch, retryMessages });
  },
};
