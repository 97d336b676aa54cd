// What `telling/script.py` is for a script in Python: does the actions of a scenario, and logs them.
var tell = (function () {
    var log = [];
    var objects = {};
    var functions = {};
    var gates = {};
    var peers = 0;
    var numbers = {};
    var hosts = {};
    var ARGUMENT_FIELDS = ["data", "code", "reason", "wasClean"];

    function stored() {} // only ever stored and read back

    function fill(text) {
        for (var port in numbers) text = text.split("{" + port + "}").join(String(numbers[port]));
        for (var host in hosts) text = text.split("{" + host + "}").join(hosts[host]);
        return text;
    }

    // What a script says of values

    function bytes(hex) {
        var found = new Uint8Array(hex.length / 2);
        for (var i = 0; i < found.length; i++) found[i] = parseInt(hex.substr(2 * i, 2), 16);
        return found;
    }

    var KINDS = {
        undefined: function () {},
        object: function () { return {}; },
        function: function () { return stored; },
        array: function (tagged) { return tagged.items; },
        NaN: function () { return NaN; },
        Infinity: function () { return Infinity; },
        ArrayBuffer: function (tagged) { return bytes(tagged.hex).buffer; },
        Uint8Array: function (tagged) { return bytes(tagged.hex); },
    };

    function value(written) {
        if (typeof written === "string") return fill(written);
        if (written === null || typeof written !== "object" || Array.isArray(written)) return written;
        if ("repeat" in written) return written.repeat.repeat(written.times);
        if ("js" in written) return KINDS[written.js](written);
        var made = {};
        for (var key in written) made[key] = value(written[key]);
        return made;
    }

    function shown(value) {
        if (value === undefined) return { js: "undefined" };
        if (value === stored) return { js: "function" };
        return { shown: value };
    }

    // The actions

    function nameOf(label, it) {
        return label === "it" ? it : label;
    }

    function did(what, label, method) {
        var entry = { did: what === "new" ? "new " + label : label + "." + what };
        try {
            var result = method();
            if (what === "new") objects[label] = result;
        } catch (problem) {
            entry.threw = true;
        }
        var owner = objects[label];
        if (owner !== undefined && owner.readyState !== undefined) entry.readyState = owner.readyState;
        log.push(entry);
    }

    function argument(given) {
        var found = {};
        ARGUMENT_FIELDS.forEach(function (field) {
            if (field in given) found[field] = shown(given[field]);
        });
        return found;
    }

    function listener(label, name, actions) {
        return function (peer) {
            var known = Object.keys(objects).filter(function (each) { return objects[each] === peer; })[0];
            if (known === undefined) {
                known = "peer" + ++peers;
                objects[known] = peer;
            }
            log.push({
                callback: label + ".newConnection", handler: name, peer: known, readyState: peer.readyState,
            });
            run(actions, known);
        };
    }

    function portNumbers(options) {
        if (options === null || typeof options !== "object" || typeof options.port !== "object") return options;
        if (options.port === null || !("number" in options.port)) return options;
        return Object.assign({}, options, { port: Number(fill(options.port.number)) });
    }

    var ACTIONS = {
        new: function (it, label) {
            var given = [].slice.call(arguments, 2).map(value);
            did("new", label, function () { return new WebSocket(...given); });
        },
        server: function (it, label) {
            var given = [].slice.call(arguments, 2).map(portNumbers).map(value);
            did("new", label, function () { return new WebSocketServer(...given); });
            var port = objects[label].port;
            if (port && !(label in numbers)) numbers[label] = port;
        },
        on: function (it, label, handler, actions, tag) {
            var name = nameOf(label, it);
            var owner = objects[name];
            owner[handler] = function () {
                var entry = { callback: name + "." + handler, readyState: owner.readyState };
                if (tag) entry.handler = tag;
                entry.arguments = [].map.call(arguments, argument);
                log.push(entry);
                run(actions, name);
            };
        },
        set: function (it, label, attribute, written) {
            objects[nameOf(label, it)][attribute] = value(written);
        },
        get: function (it, label, attribute) {
            var name = nameOf(label, it);
            log.push({ got: name + "." + attribute, value: shown(objects[name][attribute]) });
        },
        send: function (it, label) {
            var name = nameOf(label, it);
            var given = [].slice.call(arguments, 2).map(value);
            did("send", name, function () { objects[name].send(...given); });
        },
        close: function (it, label) {
            var name = nameOf(label, it);
            var given = [].slice.call(arguments, 2).map(value);
            did("close", name, function () { objects[name].close(...given); });
        },
        connect: function (it, label, name, actions) {
            if (actions) functions[name] = listener(label, name, actions);
            objects[label].newConnection.connect(functions[name]);
        },
        disconnect: function (it, label, name, actions) {
            if (actions) functions[name] = listener(label, name, actions);
            objects[label].newConnection.disconnect(functions[name]);
        },
        signal: function (it, gate) { gates[gate] = true; },
        note: function (it, text) { log.push({ note: text }); },
        throw: function (it, text) {
            log.push({ throws: text });
            throw new Error("of the scenario: " + text);
        },
    };

    function run(actions, it) {
        actions.forEach(function (action) {
            ACTIONS[action[0]].apply(null, [it || ""].concat(action.slice(1)));
        });
    }

    function ends() {
        var found = {};
        Object.keys(objects).forEach(function (name) {
            var owner = objects[name];
            found[name] = "listening" in owner
                ? { listening: owner.listening, url: shown(owner.url) }
                : { readyState: owner.readyState, url: shown(owner.url) };
        });
        return found;
    }

    return { run: run, ends: ends, log: log, objects: objects, gates: gates, numbers: numbers, hosts: hosts };
})();
