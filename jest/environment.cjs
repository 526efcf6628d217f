const NodeEnvironment = require('jest-environment-node').default;

/**
 * Tests run in the realm of Jest itself. In a realm of their own, which is Jest's way, each use of a global (`Object`, `Promise`, `JSON`) goes
 * through a proxy, and whatever runs in tests takes a quarter longer. What a file leaves on the globals and on the process is taken back after
 * it, so that no file sees another's. Works together with `runtime.cjs`.
 */
module.exports = class OneRealmEnvironment extends NodeEnvironment {
  #globals = descriptorsOf(globalThis);
  #variables = { ...process.env };
  #exit = process.exit;
  #listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));

  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    Error.stackTraceLimit = 100;
    this.moduleMocker = new this.moduleMocker.constructor(globalThis);
    this.fakeTimersModern = new this.fakeTimersModern.constructor({ config: config.projectConfig, global: globalThis });
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    this.#restoreGlobals();
    this.#restoreProcess();
    await super.teardown();
  }

  #restoreGlobals() {
    for (const key of Reflect.ownKeys(globalThis)) {
      // One of Jest's own, its matchers, cannot be deleted; the next file finds and uses it.
      if (!this.#globals.has(key)) Reflect.deleteProperty(globalThis, key);
    }
    for (const [key, descriptor] of this.#globals) {
      const now = Object.getOwnPropertyDescriptor(globalThis, key);
      if (descriptor.configurable && now?.value !== descriptor.value)
        Object.defineProperty(globalThis, key, descriptor);
    }
  }

  #restoreProcess() {
    process.exit = this.#exit;
    for (const name of process.eventNames()) {
      const before = this.#listeners.get(name) ?? [];
      const added = process.rawListeners(name).filter((listener) => !before.includes(listener));
      for (const listener of added) process.removeListener(name, listener);
    }
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
  }
};

function descriptorsOf(object) {
  return new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]));
}
