export default () => ({ wrong: true });
