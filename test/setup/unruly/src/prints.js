export default () => {
  console.log("x".repeat(100_000));
  process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{}}\n');
  console.error("and to stderr");
  return { ok: true };
};
