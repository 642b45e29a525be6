export default () => {
  throw "secret text of the handler";
};
