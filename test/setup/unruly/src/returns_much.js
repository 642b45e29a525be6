export default () => ({ text: "x".repeat(20_000_000) });
