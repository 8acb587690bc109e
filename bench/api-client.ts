/** One key's requests to the API. */
export type Api = ReturnType<typeof apiClient>;

export function apiClient(url: string, key: string) {
  const request = async (method: 'GET' | 'POST', path: string, json?: string) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: json }),
    });
    const type = answer.headers.get('content-type') ?? '';
    const body: unknown = await (type.includes('json') ? answer.json() : answer.text());
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(body)}`);
    }
    return { status: answer.status, body };
  };
  return {
    url,
    get: async <Body>(path: string) => (await request('GET', path)).body as Body,
    post: (path: string, content: unknown) => request('POST', path, JSON.stringify(content)),
    /** for who has made the JSON before */
    postJson: (path: string, json: string) => request('POST', path, json),
    async metric(name: string): Promise<number> {
      const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await answer.text())?.[1]);
    },
  };
}
