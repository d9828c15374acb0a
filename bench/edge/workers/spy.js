// Keeps hold of the memory of the module that is instantiated next.
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(module, imports) {
    super(module, imports);
    globalThis.linearMemory = this.exports.memory;
  }
};
