// The addresses of one thing.

const GRAIN = "IoTOrleans.Grains.Devices.DeviceGrain";

/** Browsers and servers resolve dots in a path: such a thing can be listed, but has no address of its own. */
export const hasPath = name => name !== "." && name !== "..";

/** "/devices/site%2F1/why" */
export const thingPath = (name, rest = "") => `/devices/${encodeURIComponent(name)}${rest}`;

/** What Orleans stores for the thing. The dashboard has no page for one grain; this is what its form "Grain Details" asks for. */
export const dashboardOf = name => `/dashboard/GrainState?${new URLSearchParams({ grainId: name, grainType: GRAIN })}`;

/** @param {string} start of the addresses of things in the AWS console, from GET /service */
export const consoleOf = (start, name) => start + encodeURIComponent(name);
