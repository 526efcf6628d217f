// Compiles as all tests do, with one file changed before that.
const swc = require('@swc/jest');

/** @param {{ mutant: { file: string, from: string, to: string } }} options with those of @swc/jest */
exports.createTransformer = ({ mutant, ...options }) => {
  const compiler = swc.createTransformer(options);
  /** @param {string} source @param {string} file */
  const changed = (source, file) =>
    file.endsWith(`/${mutant.file}`) ? source.replace(mutant.from, () => mutant.to) : source;
  return {
    canInstrument: compiler.canInstrument,
    process: (source, file, jest) => compiler.process(changed(source, file), file, jest),
    getCacheKey: (source, file, jest) => compiler.getCacheKey(changed(source, file), file, jest),
  };
};
