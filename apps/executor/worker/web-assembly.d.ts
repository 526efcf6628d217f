/** What Node has of it, and its types say nothing of: the library `DOM` would bring browsers along. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Memory {
    constructor(size: { initial: number; maximum: number });
  }
}
