// The files that a script of a Qt host includes and requires, each named from the file that asks.
(host) => {
  "use strict";
  const { start } = host;
  const ENDINGS = ["", ".js", ".json", "/index.js"];
  const modules = Object.create(null);
  const included = new Set();
  const begun = []; // the files that were evaluated, each with its lines

  // The file in which a function of the host's was called. A text that a script evaluates itself is of
  // the file that does so.
  function askerOf(callee) {
    const lines = Array.from(host.place(callee).matchAll(/<input>:(\d+)/g), (found) => Number(found[1]));
    const line = lines.find((each) => each >= start.begin);
    return begun.find(({ first, last }) => line >= first && line <= last)?.url ?? start.url;
  }

  function evaluate(url, line, source, text) {
    begun.unshift({ url, first: line, last: line + source.split("\n").length });
    return host.evaluate([line, text]);
  }

  function resolve(path, base) {
    const text = String(path);
    if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(text)) return text;
    const parts = text.startsWith("/") ? ["file://"] : base.split("/").slice(0, -1);
    for (const part of text.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "." && (part !== "" || parts.length === 1)) parts.push(part);
    }
    return text.startsWith("/") ? `file:///${parts.slice(1).filter(Boolean).join("/")}` : parts.join("/");
  }

  // `asker` is the function that asks, as a script writes it.
  function find(path, base, asker, endings = ENDINGS) {
    const url = resolve(path, base);
    for (const ending of endings) {
      for (const name of [url + ending, String(path) + ending]) {
        if (Object.hasOwn(start.sources, name)) return [name, ...start.sources[name]];
      }
    }
    throw new Error(
      `${asker}(${JSON.stringify(path)}): there is no such file among those that the script names;` +
        ` give it to the script: load_script(..., files=[...])`,
    );
  }

  // What a file declares at its top is global on the hosts. What `let`, `const` and `class` declare in an
  // evaluated text is not, nor is anything of strict code: it is made so. Any word may be such a name.
  const KEEPING = /\b(?:let|const|class|use strict)\b/;
  const WORD = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*"; // few scripts need it, and it takes long to compile
  const RESERVED = new Set(
    `arguments await break case catch class const continue debugger default delete do else enum eval export extends
    false finally for function if implements import in instanceof interface let new null package private protected
    public return static super switch this throw true try typeof var void while with yield`.split(/\s+/),
  );

  function bring(path, base) {
    const [url, line, source] = find(path, base, "Script.include", [""]);
    if (included.has(url)) return;
    included.add(url);
    const words = KEEPING.test(source) ? new Set(source.match(new RegExp(WORD, "gu"))).difference(RESERVED) : [];
    const shared = Array.from(words, (name) => `["${name}",()=>${name},($wsfake)=>{${name}=$wsfake}]`);
    for (const [name, get, set] of evaluate(url, line, source, `${source}\n;[${shared}]`)) share(name, get, set);
  }

  function share(name, get, set) {
    if (name in globalThis) return;
    try {
      get();
    } catch {
      return; // nothing of this name is declared there
    }
    host.property(globalThis, name, { get, set, configurable: true });
  }

  function load(path, base, asker) {
    const [url, line, source] = find(path, base, asker);
    if (url in modules) return modules[url].exports;
    const module = { exports: {}, id: url, filename: url, require: requireFrom(url) };
    modules[url] = module;
    try {
      run(module, line, source);
    } catch (error) {
      delete modules[url]; // who asks again is told again
      throw error;
    }
    return module.exports;
  }

  function run(module, line, source) {
    const { filename: url, require } = module;
    if (url.endsWith(".json")) {
      module.exports = JSON.parse(source);
      return;
    }
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
    const folder = url.split("/").slice(0, -1).join("/");
    evaluate(url, line, source, wrapped).call(module.exports, module.exports, require, module, url, folder);
  }

  // The `require` of a module.
  function requireFrom(url) {
    const require = (path) => load(path, url, "require");
    require.resolve = (path) => find(path, url, "require.resolve")[0];
    return require;
  }

  // Members of `Script`

  function resolvePath(path) {
    return resolve(path, askerOf(resolvePath));
  }
  function include(paths, done) {
    const base = askerOf(include);
    for (const path of Array.isArray(paths) ? paths : [paths]) bring(path, base);
    if (typeof done === "function") host.call(done, globalThis);
  }
  function require(path) {
    return load(path, askerOf(require), "Script.require");
  }
  require.resolve = function resolveModule(path) {
    return find(path, askerOf(resolveModule), "Script.require.resolve")[0];
  };

  return { resolvePath, include, require };
};
