// What a host has that is not done here: a stub answers with itself, and notes how it is called.
(host) => {
  "use strict";
  const paths = new WeakMap(); // of stubs
  const signals = new Map(); // by path: those that functions were connected to

  host.nameOf = (value) => paths.get(value);

  function note(path, given) {
    let encoded;
    try {
      encoded = host.encode(given);
    } catch {
      encoded = host.encode(given.map(String)); // what has a circle in it
    }
    host.emit("call", path, encoded);
  }

  function stub(path) {
    const members = new Map();
    const special = {
      toJSON: () => path,
      toString: () => path,
      valueOf: () => 0,
      then: undefined, // it is no promise
      [Symbol.toPrimitive]: (hint) => (hint === "number" ? 0 : path),
      [Symbol.iterator]: () => [][Symbol.iterator](),
      connect: (...given) => connect(path, given),
      disconnect: (...given) => signals.get(path)?.disconnect(...given),
    };
    const made = new Proxy(function () {}, {
      __proto__: null, // scripts may give all objects a method by the name of a trap
      get(target, key) {
        if (members.has(key)) return members.get(key);
        if (Object.hasOwn(special, key)) return special[key];
        if (typeof key === "symbol") return undefined;
        members.set(key, stub(`${path}.${key}`));
        return members.get(key);
      },
      set(target, key, value) {
        members.set(key, value);
        return true;
      },
      has: (target, key) => members.has(key),
      apply(target, self, given) {
        note(path, given);
        return made;
      },
      construct(target, given) {
        note(path, given);
        return made;
      },
    });
    paths.set(made, path);
    return made;
  }

  function connect(path, given) {
    if (!signals.has(path)) signals.set(path, host.signal());
    signals.get(path).connect(...given);
    note(`${path}.connect`, given);
  }

  // An object of the host whose functions note their calls, and which is a stub in all else.
  host.partly = (name, members, { notes = true } = {}) => {
    const noting = new Map();
    return new Proxy(members, {
      __proto__: null,
      get(target, key) {
        if (typeof key === "symbol") return target[key];
        if (!(key in target)) target[key] = stub(`${name}.${key}`);
        const value = target[key];
        if (typeof value !== "function" || paths.has(value) || !notes) return value;
        if (noting.get(key)?.value !== value) {
          const call = (...given) => {
            note(`${name}.${key}`, given);
            return value.apply(target, given);
          };
          noting.set(key, { value, call });
        }
        return noting.get(key).call;
      },
    });
  };

  // Globals, or properties of another object, that cost nothing until a script touches them.
  host.lazily = (names, make, object = globalThis) => {
    for (const name of names) {
      const become = (value) => host.property(object, name, { value, writable: true, configurable: true });
      host.property(object, name, {
        get() {
          const value = make(name);
          become(value);
          return value;
        },
        set: become,
        configurable: true,
      });
    }
  };

  const DONE = {
    "vectors.js": ["Vec3", "Quat"],
    "uuids.js": ["Uuid"],
    "entities.js": ["Entities"],
    "messages.js": ["Messages"],
    "avatars.js": ["MyAvatar", "AvatarList"],
    "places.js": ["Settings", "location"],
  };
  for (const [file, names] of Object.entries(DONE)) host.lazily(names, (name) => host.load(file)[name]);

  const STUBS = `
    Account AccountServices AddressManager AnimationCache Assets Audio AudioScope AudioStats Avatar AvatarBookmarks
    AvatarInputs AvatarManager Camera Clipboard ContextOverlay Controller DebugDraw Desktop DialogsManager EntityViewer
    EventBridge FaceTracker GlobalServices Graphics HMD HifiAbout InteractiveWindow Keyboard LODManager LaserPointers
    LocationBookmarks Mat4 MaterialCache Menu ModelCache OctreeStats OverlayWebWindow OverlayWindow Overlays Paths
    Performance Picks PlatformInfo Pointers QmlWindow RayPick Rates Recording Render Resources Reticle Scene
    ScriptDiscoveryService Selection Snapshot SoundCache SpeechRecognizer Stats Steam Tablet TabletScriptingInterface Test
    TextureCache Toolbars UndoStack UserActivityLogger Users Wallet WebWindow Window Workload XMLHttpRequest`;
  host.lazily(STUBS.trim().split(/\s+/), stub);

  // A test emits a signal.
  host.turns.emit = (path, encoded) => {
    const [name, member] = path.split(".");
    const known = signals.get(path) ?? globalThis[name]?.[member];
    const isSignal = known !== undefined && !paths.has(known) && typeof known?.emit === "function";
    if (isSignal) known.emit(...host.decode(encoded));
    host.emit("result", String(isSignal));
  };
};
