// The connection to /events. fetch() and not EventSource, which can't send a token.

const SILENCE_MS = 10000;
const LONGEST_PAUSE_MS = 10000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// An answer that is no 200.
export class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export class Server {
  token = sessionStorage.getItem("sluice-token") ?? "";

  setToken(token) {
    this.token = token;
    if (token) sessionStorage.setItem("sluice-token", token);
    else sessionStorage.removeItem("sluice-token");
  }

  async get(path, options = {}) {
    const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const reply = await fetch(path, { ...options, headers, cache: "no-store" });
    if (reply.ok) return reply;
    const text = await reply.text();
    let error = text;
    try {
      error = JSON.parse(text).error;
    } catch {
      // It stands as it is.
    }
    throw new Refusal(reply.status, error || `status ${reply.status}`);
  }

  // Calls `take` with the data of each event until the connection ends or says nothing any more.
  async #listen(take) {
    const abort = new AbortController();
    let timer = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const reply = await this.get("events", { signal: abort.signal });
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), SILENCE_MS);
        text += value;
        const events = text.split("\n\n");
        text = events.pop();
        for (const event of events) take(event.replace(/^data: ?/, ""));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  // For ever. `lost(error, seconds)` says why it is not connected and when it tries again; it ends
  // with a Refusal where trying again is of no use: without the right token.
  async follow(take, lost) {
    let wait = 1000;
    for (;;) {
      let error = null;
      try {
        await this.#listen((data) => {
          wait = 1000;
          take(JSON.parse(data));
        });
      } catch (caught) {
        error = caught;
      }
      if (error instanceof Refusal && (error.status === 401 || error.status === 403)) throw error;
      lost(error, wait / 1000);
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  }
}
