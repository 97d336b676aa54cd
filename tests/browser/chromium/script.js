// What a scenario's script is, in a browser. Written for Runtime.evaluate.

const bytes = (hex) => new Uint8Array((hex.match(/../g) || []).map((pair) => parseInt(pair, 16)));
const hex = (data) => [...new Uint8Array(data)].map((b) => b.toString(16).padStart(2, "0")).join("");
const brief = (text) => (text.length > 100 ? `${text.length} characters` : text);

let leftOpen = null;

async function tell(url, protocols, script) {
  const log = [];
  const pending = [];
  const socket = new WebSocket(url, protocols);
  const act = (steps) => {
    for (const [verb, ...values] of steps || []) {
      try {
        if (verb === "send") socket.send(values[0]);
        else if (verb === "send bytes") socket.send(bytes(values[0]));
        else if (verb === "close") socket.close(...values);
        else if (verb === "binaryType") socket.binaryType = values[0];
        else if (verb === "show") log.push([values[0], socket[values[0]]]);
      } catch (error) {
        log.push(["throws", verb, error.name, error.code]);
      }
    }
  };
  const note = (event) => {
    const entry = [event.type, socket.readyState];
    log.push(entry);
    if (event.type === "close") entry.push(event.code, event.reason, event.wasClean);
    if (event.type === "message" && typeof event.data === "string") entry.push(brief(event.data));
    else if (event.type === "message") {
      entry.push(event.data.constructor.name);
      const place = entry.push(null) - 1;
      const data = event.data instanceof Blob ? event.data.arrayBuffer() : event.data;
      pending.push(Promise.resolve(data).then((buffer) => { entry[place] = hex(buffer); }));
    }
    act(script[event.type]);
  };
  const closed = new Promise((resolve) => {
    for (const name of ["open", "message", "error", "close"]) socket.addEventListener(name, note);
    socket.addEventListener("close", resolve);
  });
  act(script.start);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1500))]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all(pending);
  leftOpen = socket;
  return log;
}

function construct(...values) {
  try {
    const socket = new WebSocket(...values);
    const url = socket.url;
    socket.close();
    return url;
  } catch (error) {
    return `throws ${error.name}`;
  }
}

// In which order listeners are called.
function orders() {
  const socket = new WebSocket("ws://h.invalid/");
  const log = [];
  const note = (text) => () => { log.push(text); };
  socket.onopen = note("handler");
  socket.addEventListener("open", note("listener"));
  socket.addEventListener("open", note("capturing"), true);
  socket.addEventListener("open", note("once"), { once: true });
  socket.onopen = note("handler, changed");
  socket.dispatchEvent(new Event("open"));
  log.push("again");
  socket.onopen = null;
  socket.onopen = note("handler, set anew");
  socket.dispatchEvent(new Event("open"));
  log.push("stopped");
  socket.addEventListener("message", (event) => event.stopPropagation(), true);
  socket.addEventListener("message", note("not capturing"));
  socket.addEventListener("message", note("capturing too"), true);
  socket.dispatchEvent(new Event("message"));
  socket.onmessage = 5;
  log.push(`5 is ${socket.onmessage}`);
  socket.onmessage = { handleEvent: note("handleEvent") };
  log.push(`an object is ${typeof socket.onmessage}`);
  socket.dispatchEvent(new Event("close", { cancelable: true }));
  socket.onclose = () => false;
  log.push(`prevented: ${!socket.dispatchEvent(new Event("close", { cancelable: true }))}`);
  socket.close();
  return log;
}
