/** One key's requests to the API. */
export type Api = ReturnType<typeof apiClient>;

export function apiClient(url: string, key: string) {
  const request = async (method: 'GET' | 'POST', path: string, content?: unknown) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    const body: unknown = await answer.json();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(body)}`);
    }
    return { status: answer.status, body };
  };
  return {
    get: async <Body>(path: string) => (await request('GET', path)).body as Body,
    post: (path: string, content: unknown) => request('POST', path, content),
  };
}
