// The floor: reads the body and answers as many bytes as an evaluation does.
const ANSWER = JSON.stringify({ answer: "x".repeat(350) });
const HEADERS = { "Content-Type": "application/json" };

export default {
  async fetch(request) {
    await request.arrayBuffer();
    return new Response(ANSWER, { headers: HEADERS });
  },
};
