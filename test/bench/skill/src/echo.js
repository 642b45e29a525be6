export default ({ text }) => ({ text });
