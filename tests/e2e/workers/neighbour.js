// Another Worker at the same queue: sends what it is given.
export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response();
    const texts = await request.json();
    await env.RECORDS.sendBatch(texts.map((body) => ({ body, contentType: "text" })));
    return new Response();
  },
};
