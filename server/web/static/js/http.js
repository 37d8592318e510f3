/** Talking to the API; a refusal becomes an Error whose message says what to do. */

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(response) {
  if (response.ok) return response.json();
  let detail = `The server answered ${response.status}.`;
  try {
    detail = (await response.json()).detail ?? detail;
  } catch {
    /* not JSON: the status must do */
  }
  throw new Refusal(response.status, detail);
}

export async function get(path) {
  return answer(await fetch(path, { headers: { Accept: "application/json" } }));
}

const plain = (method, path) => fetch(path, { method, headers: { Accept: "application/json" } }).then(answer);

export const put = (path) => plain("PUT", path);
export const remove = (path) => plain("DELETE", path);

export async function post(path, body) {
  return answer(
    await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    }),
  );
}
