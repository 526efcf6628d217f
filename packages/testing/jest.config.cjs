// The time covers a machine that builds and tests everything at once, and a database that starts.
module.exports = { ...require('../../jest.preset.cjs') };
