export default ({ ms }, { signal }) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, { stopped: false });
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve({ stopped: true });
    });
  });
