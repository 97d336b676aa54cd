// What a page of the suite has besides the globals of the profile: a document that shows nothing, and
// the files of the server that a script fetches.
(() => {
  const { title, metas, files } = PAGE;
  const constructed = (name) => ({ [name]: class extends EventTarget {} })[name];
  const element = (Class, members = {}) => Object.assign(new Class(), members);
  const HTMLBodyElement = constructed("HTMLBodyElement");
  Object.defineProperty(HTMLBodyElement.prototype, Symbol.toStringTag, { value: "HTMLBodyElement" });

  class HTMLAnchorElement extends EventTarget {
    #href = "";
    get href() {
      return new URL(this.#href, location.href).href;
    }
    set href(value) {
      this.#href = String(value);
    }
    toString() {
      return this.href;
    }
  }

  class UIEvent extends Event {
    #view = null;
    #detail = 0;
    get view() {
      return this.#view;
    }
    get detail() {
      return this.#detail;
    }
    initUIEvent(type, bubbles = false, cancelable = false, view = null, detail = 0) {
      this.initEvent(type, bubbles, cancelable);
      this.#view = view;
      this.#detail = detail;
    }
  }

  const EVENTS = { event: Event, events: Event, htmlevents: Event, uievent: UIEvent, uievents: UIEvent };
  const TAGS = {
    title: title === null ? [] : [{ firstChild: { data: title } }],
    meta: metas.map(([name, content]) => ({ name, content })),
  };
  const document = {
    readyState: "complete",
    title: title ?? "",
    body: element(HTMLBodyElement),
    createElement: (name) => (name === "a" ? new HTMLAnchorElement() : new EventTarget()),
    createEvent(name) {
      const Class = EVENTS[name.toLowerCase()] ?? { customevent: CustomEvent, messageevent: MessageEvent }[name.toLowerCase()];
      if (Class === undefined) throw new DOMException(name, "NotSupportedError");
      return new Class("");
    },
    getElementById: () => null,
    getElementsByTagName: (name) => TAGS[name] ?? [],
  };

  async function fetch(path) {
    const text = files[path];
    return { ok: text !== undefined, status: text === undefined ? 404 : 200, text: async () => text };
  }

  Object.assign(globalThis, { document, fetch, UIEvent, parent: globalThis, top: globalThis, opener: null });
})();
