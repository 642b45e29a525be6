export default () => {
  const value = {};
  value.self = value;
  return value;
};
