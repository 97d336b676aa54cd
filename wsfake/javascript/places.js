// `Settings`, in memory, and `location`.
(host) => {
  "use strict";
  const values = new Map();
  const Settings = host.partly("Settings", {
    valueChanged: host.signal(),
    getValue: (key, otherwise = "") => (values.has(key) ? values.get(key) : otherwise),
    setValue(key, value) {
      values.set(key, value);
    },
  });
  const location = host.partly("location", {
    href: "hifi://localhost/0,0,0/0,0,0,1",
    protocol: "hifi",
    hostname: "localhost",
    pathname: "/0,0,0/0,0,0,1",
    placename: "",
    domainID: host.load("uuids.js").NULL,
    isConnected: true,
    hostChanged: host.signal(),
  });
  return { Settings, location };
};
