// The time covers a machine that builds and tests everything at once.
module.exports = { ...require('../../jest.preset.cjs') };
