export default async (_input, context) => {
  context.progress({ progress: 1, message: "started" });
  const busy = setInterval(() => {}, 1_000);
  await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  clearInterval(busy);
  throw new Error("stopped");
};
