export default (_input, { signal }) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 20_000, { stopped: false });
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve({ stopped: true });
    });
  });
