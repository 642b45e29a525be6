export default async () => {
  throw new Error("the secret is hunter2");
};
